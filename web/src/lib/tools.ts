import { get, send } from './http'
import type { Text } from './lang.svelte'
import type { Answer } from './types'

/** One input of a tool as it declares itself. */
export type Input = {
  kind: string; help: Text; required: boolean; default: unknown; choices?: string[]; titles?: Record<string, Text>
  unit?: string; minimum?: number; maximum?: number; fields?: Record<string, Input>; item?: Input
}
export type Tool = { id: string; title: Text; summary: Text; articles: string[]; inputs: Record<string, Input> }

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
