declare module 'virtual:countries' {
  /** Alpha-3 → Chinese and English title. */
  const titles: Record<string, [string, string]>
  export default titles
}

declare module 'virtual:names' {
  /** What the ledger's tables name → Chinese and English. */
  const names: Record<string, [string, string]>
  export default names
}

declare module 'virtual:fields' {
  /** Field of a project → names of columns that stand for it, best first. */
  const names: Record<string, (string | number)[]>
  export default names
}
