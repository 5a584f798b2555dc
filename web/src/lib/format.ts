import { lang } from './lang.svelte'

const THIN = '\u202f'
const locale = () => (lang.now === 'zh' ? 'zh-CN' : 'en-GB')

/** Digits in groups of three with thin spaces: 1 234.5 */
export function number(value: number, most = 10): string {
  const parts = new Intl.NumberFormat('en', { maximumFractionDigits: most, useGrouping: true }).formatToParts(value)
  return parts.map((p) => (p.type === 'group' ? THIN : p.type === 'minusSign' ? '\u2212' : p.value)).join('')
}

/** Three significant digits, whole numbers kept whole above a thousand. */
export function three(value: number): string {
  if (value === 0) return '0'
  const size = Math.floor(Math.log10(Math.abs(value)))
  return number(size >= 2 ? Math.round(value) : Number(value.toPrecision(3)))
}

/** With its unit, a thin space between. */
export function quantity(value: number, unit: string): string {
  return unit ? `${three(value)}${THIN}${unit}` : three(value)
}

/** Metres below one kilometre, kilometres above. */
export function distance(metres: number): string {
  return metres < 1000 ? quantity(Math.round(metres), 'm') : quantity(metres / 1000, 'km')
}

/** Bytes as kB or MB. */
export function size(bytes: number): string {
  return bytes < 1e6 ? quantity(bytes / 1e3, 'kB') : quantity(bytes / 1e6, 'MB')
}

/** A day in its long form. */
export function day(iso: string | null | undefined): string {
  if (!iso) return ''
  const [y, m, d] = iso.slice(0, 10).split('-').map(Number)
  const when = new Date(Date.UTC(y ?? 0, (m ?? 1) - 1, d ?? 1))
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeZone: 'UTC' }).format(when)
}

/** A moment with its hour, in the reader's zone. */
export function moment(iso: string | null | undefined): string {
  if (!iso) return ''
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))
}

/** ISO day, for tables. */
export const iso = (given: string | null | undefined): string => (given ?? '').slice(0, 10)

/** How long, in the words of the language: 12 s, 3 min. */
export function duration(seconds: number): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 0 }).format(value)
  if (seconds < 90) return unit(Math.max(1, Math.round(seconds)), 'second')
  return seconds < 5400 ? unit(seconds / 60, 'minute') : unit(seconds / 3600, 'hour')
}

/** A share as a percentage. */
export function share(value: number): string {
  return quantity(value * 100, '%')
}
