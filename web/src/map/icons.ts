import type { Map as MapGL } from 'maplibre-gl'
import { DARK, LIGHT } from '../lib/levels'

const SIZE = 44 // pixels of the drawing; shown at a quarter, a half or whole

/** Draw the marks of the levels for the map: shape and colour, on a rim of paper so that they part from the ground. */
export function addMarks(map: MapGL, dark: boolean) {
  const colours = dark ? DARK : LIGHT
  const paper = dark ? '#111614' : '#FAFAF7'
  for (const level of ['critical', 'warning', 'note', 'clear', 'unknown', 'none']) {
    map.addImage(`mark-${level}`, mark(level, colours[level] ?? colours['unknown']!, paper), { pixelRatio: 2 })
  }
  map.addImage('hatch', hatch(colours['unknown']!), { pixelRatio: 2 })
}

function canvas(size: number): CanvasRenderingContext2D {
  const made = document.createElement('canvas')
  made.width = made.height = size
  return made.getContext('2d', { willReadFrequently: true })!
}

function mark(level: string, colour: string, paper: string): ImageData {
  const c = canvas(SIZE)
  const mid = SIZE / 2
  const shape = new Path2D()
  if (level === 'critical') {
    for (const [x, y] of [[mid, 4], [SIZE - 4, mid], [mid, SIZE - 4], [4, mid]] as const) shape.lineTo(x, y)
    shape.closePath()
  } else if (level === 'warning') {
    for (const [x, y] of [[mid, 6], [SIZE - 5, SIZE - 8], [5, SIZE - 8]] as const) shape.lineTo(x, y)
    shape.closePath()
  } else shape.arc(mid, mid, level === 'none' ? 8 : 13, 0, 7)
  c.lineJoin = 'round'
  c.lineWidth = 6
  c.strokeStyle = paper
  c.stroke(shape)
  const open = level === 'clear' || level === 'unknown' || level === 'none'
  c.fillStyle = open ? paper : colour
  c.fill(shape)
  if (open) {
    c.lineWidth = 3
    c.strokeStyle = colour
    c.stroke(shape)
  }
  if (level === 'clear') {
    c.lineWidth = 4
    c.lineCap = 'round'
    c.stroke(new Path2D('M15.500 22.500 20 27 28.500 17'))
  }
  if (level === 'unknown') {
    c.lineWidth = 3.4
    c.lineCap = 'round'
    c.stroke(new Path2D('M18 19.500a4.200 4.200 0 1 1 6.400 3.600C22.600 24.200 22 24.700 22 26M22 29.800v.1'))
  }
  return c.getImageData(0, 0, SIZE, SIZE)
}

function hatch(colour: string): ImageData {
  const c = canvas(16)
  c.strokeStyle = colour
  c.lineWidth = 2
  c.globalAlpha = 0.7
  c.stroke(new Path2D('M-2 18 18-2M-10 10 10-10M6 26 26 6'))
  return c.getImageData(0, 0, 16, 16)
}
