import fields from 'virtual:fields'

/** Fields of a project that a column may hold, in the order in which they take their columns. */
export const FIELDS = Object.keys(fields)

/** A column name without case, spaces, underscores and punctuation. */
const key = (name: string) => name.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Which column each field would be read from, by the same table that the reader uses. */
export function guess(columns: string[]): Record<string, string> {
  const by = new Map<string, string>()
  const bare = (c: string) => key(c.replace(/[(（[【].*?[)）\]】]/g, ''))
  for (const of of [key, bare]) for (const c of columns) if (!by.has(of(c))) by.set(of(c), c)
  const taken = new Set<string>()
  const found: Record<string, string> = {}
  for (const [field, names] of Object.entries(fields)) {
    const match = names.map((n) => by.get(key(String(n)))).find((c) => c && !taken.has(c))
    if (!match) continue
    found[field] = match
    taken.add(match)
  }
  return found
}

export type Preview = { columns: string[]; rows: string[][]; places: boolean }

const HEAD = 256 * 1024

/** The first rows of a file that is text; null for what only the server reads. */
export async function preview(file: File): Promise<Preview | null> {
  const name = file.name.toLowerCase()
  if (/\.(geojson|json)$/.test(name)) return features(file)
  if (/\.(csv|tsv|txt)$/.test(name)) return delimited(await text(file))
  return null
}

async function text(file: File): Promise<string> {
  const bytes = await file.slice(0, HEAD).arrayBuffer()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

function delimited(raw: string): Preview | null {
  const head = raw.replace(/^\ufeff/, '')
  const first = head.slice(0, head.indexOf('\n') < 0 ? undefined : head.indexOf('\n'))
  const mark = [',', '\t', ';'].sort((a, b) => first.split(b).length - first.split(a).length)[0]!
  const rows: string[][] = [[]]
  let cell = '', quoted = false
  for (let i = 0; i < head.length && rows.length < 8; i++) {
    const c = head[i]!
    if (quoted) {
      if (c === '"' && head[i + 1] === '"') cell += head[++i]!
      else if (c === '"') quoted = false
      else cell += c
    } else if (c === '"') quoted = true
    else if (c === mark || c === '\n') {
      rows.at(-1)!.push(cell.trim())
      cell = ''
      if (c === '\n') rows.push([])
    } else if (c !== '\r') cell += c
  }
  if (cell || rows.at(-1)!.length) rows.at(-1)!.push(cell.trim())
  const [columns = [], ...rest] = rows.filter((r) => r.length)
  return columns.length ? { columns, rows: rest.slice(0, 5), places: false } : null
}

async function features(file: File): Promise<Preview | null> {
  if (file.size > 64 << 20) return null
  try {
    const found = JSON.parse(await file.text()) as { features?: { properties?: Record<string, unknown> }[] }
    const some = (found.features ?? []).slice(0, 5).map((f) => f.properties ?? {})
    const columns = [...new Set(some.flatMap((p) => Object.keys(p)))]
    return { columns, rows: some.map((p) => columns.map((c) => String(p[c] ?? ''))), places: true }
  } catch {
    return null
  }
}
