import {
  interpolateInferno,
  interpolateMagma,
  interpolatePlasma,
  interpolateViridis,
  schemeBlues,
} from 'd3-scale-chromatic';

/** matplotlib's colour maps; 'binary' goes from white to black, 'gray' from black to white. */
export type ColorMap = 'binary' | 'gray' | 'magma' | 'inferno' | 'plasma' | 'viridis' | 'Blues';

/** Colours of a colour map, as many as matplotlib's have. */
export const colorCount = 256;

type Color = readonly [red: number, green: number, blue: number];

const colorAt: Readonly<Record<ColorMap, (place: number) => Color>> = {
  binary: between(['#ffffff', '#000000']),
  gray: between(['#000000', '#ffffff']),
  magma: (place) => parsed(interpolateMagma(place)),
  inferno: (place) => parsed(interpolateInferno(place)),
  plasma: (place) => parsed(interpolatePlasma(place)),
  viridis: (place) => parsed(interpolateViridis(place)),
  Blues: between(schemeBlues[9] as readonly string[]),
};

/**
 * Red, green and blue from 0 to 1 of each colour.
 * @throws RangeError for an unknown map
 */
export function colorsOf(map: ColorMap): Float32Array {
  const at = Object.hasOwn(colorAt, map) ? colorAt[map] : undefined;
  if (at === undefined) {
    throw new RangeError(`cmap must be one of ${Object.keys(colorAt).join(', ')}, got '${map}'`);
  }
  const places = Array.from({ length: colorCount }, (_, i) => i / (colorCount - 1));
  return Float32Array.from(places.flatMap((place) => at(place)));
}

/** Straight lines through the colours, which lie evenly from 0 to 1. */
function between(hexes: readonly string[]): (place: number) => Color {
  const stops = hexes.map(parsed);
  const parts = stops.length - 1;
  return (place) => {
    const index = Math.min(Math.floor(place * parts), parts - 1);
    const [from, to] = [stops[index] as Color, stops[index + 1] as Color];
    const share = place * parts - index;
    const channel = (i: 0 | 1 | 2) => from[i] + share * (to[i] - from[i]);
    return [channel(0), channel(1), channel(2)];
  };
}

/** @param hex as '#b73779' */
function parsed(hex: string): Color {
  const channel = (start: number) => Number.parseInt(hex.slice(start, start + 2), 16) / 255;
  return [channel(1), channel(3), channel(5)];
}
