/** Rows of a CSV file of ours: plain, with a header; numbers as numbers, what is empty as null. */
export function rows(text: string): Record<string, string | number | null>[] {
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.map((c) => c.replace(/,$/, '').replace(/^"|"$/g, '').replaceAll('""', '"')) ?? []
    return Object.fromEntries(names.map((n, i) => [n, cells[i] === '' || cells[i] === undefined ? null : Number.isFinite(Number(cells[i])) ? Number(cells[i]) : cells[i]!]))
  })
}
