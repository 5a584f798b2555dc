export type Theme = 'auto' | 'light' | 'dark'
const KEPT = 'qinglu.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

class Look {
  chosen = $state<Theme>((localStorage.getItem(KEPT) as Theme | null) ?? 'auto')
  private system = $state(dark.matches)

  constructor() {
    dark.addEventListener('change', (e) => (this.system = e.matches))
  }

  get isDark(): boolean {
    return this.chosen === 'auto' ? this.system : this.chosen === 'dark'
  }

  use(theme: Theme) {
    this.chosen = theme
    localStorage.setItem(KEPT, theme)
  }
}

export const look = new Look()
