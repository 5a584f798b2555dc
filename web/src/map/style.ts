import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'
import type { Lang } from '../lib/lang.svelte'

export type Basemap = { style: string | null; attribution: string }

const FONT = ['Noto Sans SC Variable']

/** What labels say in a language; the other one where a place has no name in it. */
export function labelOf(lang: Lang): ExpressionSpecification {
  return ['coalesce', ['get', lang], ['get', lang === 'zh' ? 'en' : 'zh']]
}

/** The neutral ground: sea, land, a graticule, names. No border is drawn. */
export function ground(dark: boolean, lang: Lang, basemap: Basemap): StyleSpecification {
  const c = dark
    ? { sea: '#151B19', land: '#232C28', shore: '#465249', line: '#2A332F', name: '#A3AEA8', place: '#8F9A94' }
    : { sea: '#EEF2F1', land: '#E3E7E0', shore: '#B5BFB5', line: '#DCE2DE', name: '#56605B', place: '#6A736E' }
  const source = (data: string) => ({ type: 'geojson' as const, data, attribution: basemap.attribution })
  const text = labelOf(lang)
  return {
    version: 8,
    sources: {
      'g-land': source('/basemap/land.json'),
      'g-shore': { ...source('/basemap/shore.json'), maxzoom: 14 },
      'g-graticule': source('/basemap/graticule.json'),
      'g-names': source('/basemap/names.json'),
    },
    layers: [
      { id: 'g-sea', type: 'background', paint: { 'background-color': c.sea } },
      { id: 'g-land', type: 'fill', source: 'g-land', maxzoom: 5.5, paint: { 'fill-color': c.land, 'fill-antialias': false } },
      { id: 'g-coast', type: 'line', source: 'g-land', maxzoom: 5.5, paint: { 'line-color': c.shore, 'line-width': 0.7 } },
      { id: 'g-shore', type: 'fill', source: 'g-shore', minzoom: 5.5, paint: { 'fill-color': c.land, 'fill-antialias': false } },
      { id: 'g-shoreline', type: 'line', source: 'g-shore', minzoom: 5.5, paint: { 'line-color': c.shore, 'line-width': 1 } },
      { id: 'g-graticule', type: 'line', source: 'g-graticule', paint: { 'line-color': c.line, 'line-width': 0.6 } },
      {
        id: 'g-places', type: 'symbol', source: 'g-names', minzoom: 3.5, filter: ['all', ['==', ['get', 'kind'], 'place'], ['<=', ['get', 'rank'], ['zoom']]],
        layout: { 'text-field': text, 'text-font': FONT, 'text-size': 11, 'text-max-width': 8, 'text-padding': 6, 'symbol-sort-key': ['get', 'rank'] },
        paint: { 'text-color': c.place, 'text-halo-color': c.land, 'text-halo-width': 1.2 },
      },
      {
        id: 'g-countries', type: 'symbol', source: 'g-names', maxzoom: 7, filter: ['all', ['==', ['get', 'kind'], 'country'], ['<=', ['get', 'rank'], ['zoom']]],
        layout: { 'text-field': text, 'text-font': FONT, 'text-size': ['interpolate', ['linear'], ['zoom'], 2, 11, 6, 14], 'text-max-width': 7, 'text-padding': 8, 'symbol-sort-key': ['get', 'rank'] },
        paint: { 'text-color': c.name, 'text-halo-color': c.land, 'text-halo-width': 1.4 },
      },
    ],
  }
}
