declare module 'virtual:countries' {
  /** Alpha-3 → Chinese and English title. */
  const titles: Record<string, [string, string]>
  export default titles
}

declare module 'virtual:fields' {
  /** Field of a project → names of columns that stand for it, best first. */
  const names: Record<string, (string | number)[]>
  export default names
}
