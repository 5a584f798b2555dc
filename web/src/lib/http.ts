import { lang, type Text } from './lang.svelte'

/** What the server says when it refuses: problem details in both languages. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly said: Text,
    readonly more: Record<string, unknown> = {},
  ) {
    super(said.en)
  }

  /** The number under which the server's log has the request. */
  get id(): string {
    const instance = this.more['instance']
    return typeof instance === 'string' ? instance.split(':').at(-1)! : ''
  }
}

const OFFLINE: Text = {
  zh: '无法连接服务器。请检查网络，然后重试。',
  en: 'The server cannot be reached. Look at your connection, then try again.',
}

let csrf = ''
let signedOut: () => void = () => undefined

/** The word that goes with the session; the server tells it, changes have to carry it. */
export function useCsrf(word: string) {
  csrf = word
}

/** What to do when the session has ended. */
export function onSignedOut(act: () => void) {
  signedOut = act
}

export async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const form = body instanceof FormData
  const sent: Record<string, string> = { Accept: 'application/json, */*;q=0.5', 'Accept-Language': lang.now, ...headers }
  if (method !== 'GET') sent['X-CSRF-Token'] = csrf
  if (body !== undefined && !form) sent['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(path, { method, headers: sent, body: body === undefined ? null : form ? body : JSON.stringify(body) })
  } catch {
    throw new Problem(0, 'offline', OFFLINE)
  }
  if (!response.ok) throw await problem(response)
  return response
}

async function problem(response: Response): Promise<Problem> {
  const found = (await response.json().catch(() => ({}))) as Record<string, unknown>
  const detail = String(found['detail'] ?? `HTTP ${response.status}`)
  const said = { zh: String(found['detail_zh'] ?? detail), en: String(found['detail_en'] ?? detail) }
  const slug = String(found['slug'] ?? 'http')
  if (slug === 'unauthenticated') signedOut()
  return new Problem(response.status, slug, said, found)
}

export async function get<T>(path: string, query?: Record<string, string | number | boolean | null | undefined>): Promise<T> {
  const given = Object.entries(query ?? {}).filter(([, v]) => v !== undefined && v !== null && v !== '')
  const asked = new URLSearchParams(given.map(([k, v]) => [k, String(v)])).toString()
  return (await request('GET', asked ? `${path}?${asked}` : path)).json() as Promise<T>
}

export async function send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
  const response = await request(method, path, body, headers)
  const text = await response.text()
  return (text ? JSON.parse(text) : null) as T
}

export type Page<T> = { items: T[]; links: { next?: string } }

/** Every page of a list, up to a bound; `each` hears of what has come so far. */
export async function all<T>(path: string, query: Record<string, string | number | boolean | null | undefined> | null = {}, most = 20_000, each?: (sofar: T[]) => void): Promise<T[]> {
  let page = await get<Page<T>>(path, query ? { limit: 1000, ...query } : undefined)
  const items = [...page.items]
  while (page.links.next && items.length < most) {
    each?.(items)
    page = await get<Page<T>>(page.links.next)
    items.push(...page.items)
  }
  return items
}

/** Something of the server's to keep as a file. */
export async function download(path: string, name: string) {
  const blob = await (await request('GET', path)).blob()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
