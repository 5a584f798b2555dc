/** Levels, worst first; unknown stands before what is merely noted. */
export const LEVELS = ['critical', 'warning', 'unknown', 'note', 'clear'] as const
export type Level = (typeof LEVELS)[number]

export const RANK: Record<string, number> = { '': 0, clear: 1, note: 2, unknown: 3, warning: 4, critical: 5 }
export const MARKS: Record<string, string> = { critical: '◆', warning: '▲', note: '●', clear: '✓', unknown: '?' }
export const GDG = ['red', 'yellow', 'green'] as const

export const LIGHT: Record<string, string> = {
  critical: '#B3261E', warning: '#8F5600', note: '#1A5F99', clear: '#2A7148', unknown: '#5E5E68', '': '#5E5E68',
}
export const DARK: Record<string, string> = {
  critical: '#F2877F', warning: '#F0B45A', note: '#79B8EA', clear: '#74C593', unknown: '#A9A9B4', '': '#A9A9B4',
}
