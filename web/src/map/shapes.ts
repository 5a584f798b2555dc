import type { Project } from '../lib/types'

type Feature = { type: 'Feature'; id?: number; properties: Record<string, unknown>; geometry: unknown }
export type Collection = { type: 'FeatureCollection'; features: Feature[] }

export const collection = (features: Feature[]): never => ({ type: 'FeatureCollection', features }) as never

/** The middle of a project's box: where its mark goes. */
export function centre(p: Project): [number, number] | null {
  if (p.west === null || p.east === null || p.south === null || p.north === null) return null
  const west = p.west > p.east ? p.west - 360 : p.west
  return [(west + p.east) / 2, (p.south + p.north) / 2]
}

/** Bounds around boxes [west, south, east, north], a little larger than a point. */
export function around(boxes: [number, number, number, number][], least = 0.05): [[number, number], [number, number]] | null {
  if (!boxes.length) return null
  let [w, s, e, n] = [180, 90, -180, -90]
  for (const b of boxes) [w, s, e, n] = [Math.min(w, b[0]), Math.min(s, b[1]), Math.max(e, b[2]), Math.max(n, b[3])]
  const pad = Math.max(0, least - Math.max(e - w, n - s)) / 2
  return [[w - pad, Math.max(-85, s - pad)], [e + pad, Math.min(85, n + pad)]]
}
