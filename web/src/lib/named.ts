import names from 'virtual:names'
import words from '../results.json'
import { known, lang, t, country } from './lang.svelte'
import countries from 'virtual:countries'

/** Names of what the ledger's tools answer: keys as title and unit, words as titles. */
const UNITS: [string, string][] = [
  ['_g_co2e_per_kwh', 'g CO2e/kWh'], ['_g_co2_per_kwh', 'g CO2/kWh'], ['_kwh_per_1000_gtkm', 'kWh/1000 gtkm'], ['_l_per_1000_gtkm', 'l/1000 gtkm'],
  ['_t_co2_per_mwh', 't CO2/MWh'], ['_t_co2_per_t', 't CO2/t'], ['_g_per_kwh', 'g/kWh'], ['_kg_per_tkm', 'kg/tkm'], ['_m3_per_gj', 'm³/GJ'], ['_mg_m3', 'mg/m³'],
  ['_per_km', '/km'], ['_kg', 'kg'], ['_gj', 'GJ'], ['_tj', 'TJ'], ['_mwh', 'MWh'], ['_kwh', 'kWh'], ['_m3', 'm³'], ['_km', 'km'], ['_usd', 'USD'], ['_pct', '%'],
  ['_mw', 'MW'], ['_years', 'a'], ['_t', 't'], ['_l', 'l'],
]
const WHOLE: Record<string, [string, string]> = {
  g_co2_per_kwh: ['intensity', 'g CO2/kWh'], t_co2_per_t: ['intensity', 't CO2/t'], usd_per_t: ['cost', 'USD/t'], mg_m3: ['mg', 'mg/m³'],
  usd_per_t_avoided: ['usd_per_t_avoided', 'USD/t'], usd_per_t_co2_avoided: ['usd_per_t_co2_avoided', 'USD/t'],
  whole_usd_per_t_avoided: ['whole_usd_per_t_avoided', 'USD/t'], net_mwh: ['net', 'MWh'], t_per_year: ['per_year', 't/a'], t: ['t', 't'], o2_pct: ['o2', '%'],
  freight_gross_tkm: ['freight_gross', 't·km'], passenger_gross_tkm: ['passenger_gross', 't·km'], gross_tkm: ['gross', 't·km'],
  million_gross_tkm_per_km: ['density', '10⁶ t·km/km'],
}

type Two = { zh: string; en: string }
const one = (word: string): string | null => {
  const own = (words as Record<string, Two>)[word]
  if (own) return own[lang.now]
  const named = names[word]
  return named ? named[lang.now === 'zh' ? 0 : 1] : null
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** A key of a result: what it means and in which unit; as it came where nobody named it. */
export function keyed(key: string): { title: string; unit: string } {
  if (key.includes('.')) {
    const parts = key.split('.').map(keyed)
    return { title: parts.map((p) => p.title).join(' · '), unit: parts[0]?.unit ?? '' }
  }
  const whole = WHOLE[key]
  if (whole) return { title: capital(one(whole[0]) ?? key), unit: whole[1] }
  const found = one(key)
  if (found) return { title: capital(found), unit: '' }
  const [suffix, unit] = UNITS.find(([s]) => key.endsWith(s) && key.length > s.length) ?? ['', '']
  const stem = suffix ? one(key.slice(0, key.length - suffix.length)) : null
  return { title: stem ? capital(stem) : valued(key), unit: stem ? unit : '' }
}

/** A word that came as a value: a fuel, a mode, a country, a sector. */
export function valued(value: string): string {
  if (/^[A-Z]{3}$/.test(value) && value in countries) return country(value)
  if (known(`sector.${value}`)) return t(`sector.${value}` as 'sector.coal_power')
  return one(value) ?? value
}
