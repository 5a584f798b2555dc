import { untrack } from 'svelte'

class Route {
  path = $state(location.pathname)
  query = $state(new URLSearchParams(location.search))

  constructor() {
    addEventListener('popstate', () => this.read())
    addEventListener('click', (event) => this.follow(event))
  }

  private read() {
    this.path = location.pathname
    this.query = new URLSearchParams(location.search)
  }

  /** Go to a page of ours. */
  go(to: string, replace = false) {
    const same = to === location.pathname + location.search
    history[replace || same ? 'replaceState' : 'pushState']({}, '', to)
    const before = untrack(() => this.path)
    this.read()
    if (this.path !== before) {
      scrollTo(0, 0)
      // A new page starts at its heading for those who do not see it change.
      requestAnimationFrame(() => document.getElementById('main')?.focus({ preventScroll: true }))
    }
  }

  /** Put some values into the address without leaving the page. */
  set(values: Record<string, string | null>) {
    const next = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    const said = next.toString()
    this.go(location.pathname + (said ? `?${said}` : ''), true)
  }

  private follow(event: MouseEvent) {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
    if (/^\/(api|ogc|stac|openapi|docs|healthz|basemap)/.test(link.pathname)) return
    if (link.pathname === location.pathname && link.hash) return
    event.preventDefault()
    this.go(link.pathname + link.search)
  }
}

export const route = new Route()
