import { DataError, fromTypedArray, type Tensor, tidy } from '@flambeau/core';
import sharp, { type Sharp } from 'sharp';

/** Channels: red, green and blue; grey; or the three with the opacity. */
export type ConvertMode = 'RGB' | 'L' | 'RGBA';

const convertModes: readonly ConvertMode[] = ['RGB', 'L', 'RGBA'];

/** @throws RangeError for other channels */
export function checkConvertMode(given: ConvertMode): void {
  if (convertModes.includes(given)) return;
  throw new RangeError(`convertMode must be '${convertModes.join("', '")}', got '${given}'`);
}

export interface DecodeOptions {
  /** Default 'RGB'. */
  readonly convertMode?: ConvertMode;
  /** Divides by 255, so that the pixels are from 0 to 1. Default true. */
  readonly div?: boolean;
  /** Works on the image before it becomes pixels: `(image) => image.autoOrient()`, for instance. */
  readonly afterOpen?: (image: Sharp) => Sharp;
}

export const decodeOptions = [
  'convertMode',
  'div',
  'afterOpen',
] as const satisfies readonly (keyof DecodeOptions)[];

/** Where an image is read from: a file, or the bytes of one. */
export type ImageSource = string | Uint8Array;

/** Pixels as bytes, row by row, the channels of each together. */
export interface RawPixels {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

/**
 * Reads an image on a thread of libuv. As PIL does, it takes the pixels as they are stored: neither
 * turned as a camera's note says, nor in another colour space.
 * @throws DataError for what is no image, or is cut off
 */
export async function decode(
  source: ImageSource,
  { convertMode = 'RGB', afterOpen = (image) => image }: DecodeOptions = {},
): Promise<RawPixels> {
  const alphaOf = convertMode === 'RGBA' ? 'ensureAlpha' : 'removeAlpha';
  try {
    const opened = sharp(source, { failOn: 'truncated', ignoreIcc: true });
    const { data, info } = await afterOpen(opened)
      .toColourspace('srgb')
      [alphaOf]()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { bytes: data, rows: info.height, columns: info.width, channels: info.channels };
  } catch (error) {
    const name = typeof source === 'string' ? `'${source}'` : 'the given bytes';
    throw new DataError(`${name} cannot be read as an image: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * @returns float32 `[channels, rows, columns]`; the channels of a pixel lie together in memory
 */
export function pixelsOf(
  { bytes, rows, columns, channels }: RawPixels,
  { convertMode = 'RGB', div = true }: DecodeOptions = {},
): Tensor {
  return tidy(() => {
    const stored = fromTypedArray(bytes, { shape: [rows, columns, channels] });
    const numbers = convertMode === 'L' ? luma(stored) : stored;
    const pixels = numbers.to('float32').permute([2, 0, 1]);
    return div ? pixels.div_(255) : pixels;
  });
}

/** ITU-R BT.601, in 16 bits after the point, as PIL rounds it. */
function luma(colours: Tensor): Tensor {
  const [red, green, blue] = colours.to('int32').unbind(2) as [Tensor, Tensor, Tensor];
  const sum = red.mul(19595).add(green.mul(38470)).add(blue.mul(7471));
  return sum.add(0x8000).bitwiseRightShift(16).unsqueeze(2);
}
