/** Charts of the server's as part of a page: only drawing is let in, whatever the text holds. */

const TAGS = new Set(['svg', 'title', 'desc', 'defs', 'pattern', 'g', 'path', 'rect', 'circle', 'text', 'tspan'])
const ATTRIBUTES = new Set([
  'id', 'class', 'viewBox', 'role', 'aria-labelledby', 'aria-describedby', 'xml:lang', 'x', 'y', 'dy', 'cx', 'cy', 'r', 'd', 'width', 'height',
  'transform', 'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'font-size',
  'font-weight', 'text-anchor', 'patternUnits', 'data-value', 'data-series',
])

/** The picture as an element of this page, without anything that is no drawing; null where it is none. */
export function drawing(svg: string): SVGElement | null {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
  if (root.localName !== 'svg' || root.querySelector('parsererror')) return null
  for (const element of [root, ...root.querySelectorAll('*')]) {
    if (!TAGS.has(element.localName)) {
      element.remove()
      continue
    }
    for (const { name, value } of [...element.attributes]) {
      const points = /url\((?!#)/i.test(value)
      if ((!ATTRIBUTES.has(name) && name !== 'xmlns') || points) element.removeAttribute(name)
    }
  }
  return document.importNode(root, true) as unknown as SVGElement
}
