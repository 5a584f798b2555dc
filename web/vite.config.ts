import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'
import { parse } from 'yaml'

const own = (path: string) => readFileSync(new URL(`../src/qinglu/${path}`, import.meta.url), 'utf8')

const cells = (row: string) => (row.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []).map((c) => c.replace(/,$/, '').replace(/^"|"$/g, '').replaceAll('""', '"'))

/** Titles of countries: alpha-3 → [zh, en]. */
function countries(): Record<string, [string, string]> {
  const rows = own('model/countries.csv').trim().split('\n').slice(1)
  return Object.fromEntries(rows.map(cells).map((c) => [c[1]!, [c[4]!, c[3]!]]))
}

/** Names of fuels, materials and what else the tables of the ledger hold: word → [zh, en]. */
function names(): Record<string, [string, string]> {
  const made: Record<string, [string, string]> = {}
  for (const row of own('ledger/factors/names.csv').trim().split('\n').slice(1)) {
    const [, item, zh, en] = cells(row)
    if (item && zh && en) made[item] ??= [zh, en]
  }
  return made
}

/** Tables that the library itself uses, so that the pages never say anything else. */
function tables(): Plugin {
  const made: Record<string, () => unknown> = {
    'virtual:countries': countries,
    'virtual:names': names,
    'virtual:fields': () => parse(own('portfolio/fields.yaml')),
  }
  return {
    name: 'tables',
    resolveId: (asked) => (asked in made ? '\0' + asked : undefined),
    load: (asked) => (asked.startsWith('\0virtual:') ? `export default ${JSON.stringify(made[asked.slice(1)]!())}` : undefined),
  }
}

export default defineConfig({
  plugins: [svelte(), tables()],
  // Nothing is inlined: the policy of the server allows no data: fonts or scripts.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1300 },
  server: { proxy: Object.fromEntries(['/api', '/basemap', '/ogc', '/stac'].map((p) => [p, 'http://127.0.0.1:8000'])) },
})
