import type { Finding } from './types'

/** The questions of a dossier, in the order they are asked; the same as in the printed report. */
export const QUESTIONS = ['location', 'touch', 'near', 'ground', 'rules', 'duties', 'unknown', 'clear'] as const
export type Question = (typeof QUESTIONS)[number]

const RULED: Record<string, Question> = { colour: 'rules', 'coal-gate': 'rules', eia: 'rules', duty: 'duties' }

export function question(f: Finding): Question {
  const ruled = RULED[f.measure]
  if (ruled) return ruled
  if (f.level === 'unknown') return 'unknown'
  if (f.level === 'clear') return 'clear'
  if (f.measure === 'noted') return 'location'
  if (f.measure === 'distance') return (f.value ?? 0) > 0 ? 'near' : 'touch'
  return f.measure === 'overlap-share' ? 'touch' : 'ground'
}
