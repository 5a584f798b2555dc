import words from '../words.json'
import countries from 'virtual:countries'

export type Lang = 'zh' | 'en'
export type Text = { zh: string; en: string }
export type Key = keyof typeof words

const KEPT = 'qinglu.lang'

function first(): Lang {
  const kept = localStorage.getItem(KEPT)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

class Language {
  now = $state<Lang>(first())

  use(lang: Lang) {
    this.now = lang
    localStorage.setItem(KEPT, lang)
  }
}

/** The language of the whole page; reading `lang.now` makes a view follow it. */
export const lang = new Language()

/** The words of a key in the language of the page, `{name}` filled in. */
export function t(key: Key, values?: Record<string, string | number>): string {
  const said = words[key][lang.now]
  return values ? said.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)) : said
}

/** Whether there are words for a key that came from outside. */
export function known(key: string): key is Key {
  return key in words
}

/** The title of one of a family of words, `stage` + `planning`; what the dictionary lacks is shown as it came. */
export function titled(family: string, word: string): string {
  const key = `${family}.${word.toLowerCase().replace(/[ -]/g, '_')}`
  return known(key) ? t(key) : word
}

/** A text that came in both languages. */
export function told(text: Text | string | null | undefined): string {
  if (text == null) return ''
  return typeof text === 'string' ? text : text[lang.now]
}

/** The title of a country by its alpha-3 code. */
export function country(code: string): string {
  const found = countries[code]
  return found ? found[lang.now === 'zh' ? 0 : 1] : code
}

/** A name in the language of the page, and the other one where it says something else. */
export function names(of: { name: string; name_zh: string }): [string, string] {
  const both = lang.now === 'zh' ? [of.name_zh, of.name] : [of.name, of.name_zh]
  const main = both[0] || both[1] || ''
  return [main, both[1] === main ? '' : (both[1] ?? '')]
}
