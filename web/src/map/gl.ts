import { addProtocol, setWorkerUrl } from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import { Protocol } from 'pmtiles'
import { get } from '../lib/http'
import type { Basemap } from './style'

export { AttributionControl, Map, Marker, NavigationControl, ScaleControl } from 'maplibre-gl'

// Under a strict policy the worker is a file of ours, not a blob.
setWorkerUrl(workerUrl)
addProtocol('pmtiles', new Protocol().tile)

let asked: Promise<Basemap> | null = null

/** Which ground the server is set to use; asked once. */
export function basemap(): Promise<Basemap> {
  asked ??= get<Basemap>('/basemap/config.json').catch(() => ({ style: null, attribution: '' }))
  return asked
}
