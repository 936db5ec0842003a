import { Buffer } from 'node:buffer';
import type { Figure } from '@flambeau/vision';
import sharp from 'sharp';

/** Decoded pixels. */
export interface Pixels {
  readonly rows: number;
  readonly columns: number;
  /** Red, green and blue as bytes, row by row. */
  readonly bytes: Uint8Array;
  /** Red, green and blue. */
  at(row: number, column: number): number[];
}

export async function decoded(png: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (row: number, column: number) => {
    const start = (row * info.width + column) * 3;
    return [...data.subarray(start, start + 3)];
  };
  return { rows: info.height, columns: info.width, bytes: data, at };
}

/** The pictures in a figure, in the order of its places. */
export async function picturesIn(figure: Figure): Promise<Pixels[]> {
  const svg = await figure.toSvg();
  const found = svg.matchAll(/href="data:image\/png;base64,([^"]*)"/g);
  return Promise.all([...found].map(([, text]) => decoded(Buffer.from(text as string, 'base64'))));
}

/** The picture of a figure that has one. */
export async function pictureIn(figure: Figure): Promise<Pixels> {
  const [picture, ...others] = await picturesIn(figure);
  if (picture === undefined || others.length > 0) throw new Error('expected one picture');
  return picture;
}

/** The pixels in the middle of blocks: as many as the picture was made of. */
export function blocksOf(pixels: Pixels, rows: number, columns: number): number[][][] {
  const middle = (i: number, count: number, all: number) => Math.floor(((i + 0.5) * all) / count);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) =>
      pixels.at(middle(i, rows, pixels.rows), middle(j, columns, pixels.columns)),
    ),
  );
}

/** The texts of a document, as they are written in it. */
export function textsIn(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text as string);
}
