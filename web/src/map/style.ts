import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'
import type { Lang } from '../lib/lang.svelte'

export type Basemap = { style: string | null; attribution: string }

/** Meridians and parallels, 30° apart. */
function graticule(): never {
  const lines = [
    ...Array.from({ length: 13 }, (_, i) => [[i * 30 - 180, -85], [i * 30 - 180, 85]]),
    ...Array.from({ length: 5 }, (_, i) => [[-180, i * 30 - 60], [180, i * 30 - 60]]),
  ]
  return { type: 'FeatureCollection', features: lines.map((coordinates) => ({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } })) } as never
}

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
  const text = labelOf(lang)
  return {
    version: 8,
    sources: {
      ground: { type: 'vector', tiles: [`${location.origin}/basemap/{z}/{x}/{y}.mvt`], maxzoom: 8, attribution: basemap.attribution },
      graticule: { type: 'geojson', data: graticule() },
    },
    layers: [
      { id: 'g-sea', type: 'background', paint: { 'background-color': c.sea } },
      { id: 'g-land', type: 'fill', source: 'ground', 'source-layer': 'land', paint: { 'fill-color': c.land, 'fill-outline-color': c.shore } },
      { id: 'g-graticule', type: 'line', source: 'graticule', paint: { 'line-color': c.line, 'line-width': 0.6 } },
      {
        id: 'g-places', type: 'symbol', source: 'ground', 'source-layer': 'names', minzoom: 3.5, filter: ['all', ['==', ['get', 'kind'], 'place'], ['<=', ['get', 'rank'], ['zoom']]],
        layout: { 'text-field': text, 'text-font': FONT, 'text-size': 11, 'text-max-width': 8, 'text-padding': 6, 'symbol-sort-key': ['get', 'rank'] },
        paint: { 'text-color': c.place, 'text-halo-color': c.land, 'text-halo-width': 1.2 },
      },
      {
        id: 'g-countries', type: 'symbol', source: 'ground', 'source-layer': 'names', maxzoom: 7, filter: ['all', ['==', ['get', 'kind'], 'country'], ['<=', ['get', 'rank'], ['zoom']]],
        layout: { 'text-field': text, 'text-font': FONT, 'text-size': ['interpolate', ['linear'], ['zoom'], 2, 11, 6, 14], 'text-max-width': 7, 'text-padding': 8, 'symbol-sort-key': ['get', 'rank'] },
        paint: { 'text-color': c.name, 'text-halo-color': c.land, 'text-halo-width': 1.4 },
      },
    ],
  }
}
