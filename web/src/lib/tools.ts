import { all, get, send } from './http'
import type { Text } from './lang.svelte'
import type { Answer, Job } from './types'

/** One input of a tool as it declares itself. */
export type Input = {
  kind: string; help: Text; required: boolean; default: unknown; choices?: string[]; titles?: Record<string, Text>
  unit?: string; minimum?: number; maximum?: number; fields?: Record<string, Input>; item?: Input
}
export type Tool = { id: string; title: Text; summary: Text; articles: string[]; group?: string; example?: Record<string, unknown>; inputs: Record<string, Input> }

const asked = new Map<string, Promise<Tool>>()

/** The declaration of a tool; asked once. */
export function tool(id: string): Promise<Tool> {
  let found = asked.get(id)
  if (!found) {
    found = get<Tool>(`/api/v1/tools/${id}`)
    found.catch(() => asked.delete(id))
    asked.set(id, found)
  }
  return found
}

/** Run a tool that answers at once. */
export const run = (id: string, inputs: Record<string, unknown>): Promise<Answer> => send<Answer>('POST', `/api/v1/tools/${id}`, inputs)

let every: Promise<Tool[]> | null = null

/** Every tool there is; asked once. */
export function tools(): Promise<Tool[]> {
  if (!every) {
    every = all<Tool>('/api/v1/tools', null)
    every.catch(() => (every = null))
  }
  return every
}

export type Chart = { name: string; title: Text; svg: string }
export type Charted = Answer & { charts?: Chart[] }

/** Run a tool and draw its charts: for this page, or (`true`) as files that stand alone. What takes longer becomes a job. */
export const draw = (id: string, inputs: Record<string, unknown>, charts: 'page' | 'true', width: number): Promise<Charted | { job: Job }> =>
  send('POST', `/api/v1/tools/${id}?charts=${charts}&chart_width=${width}`, inputs)
