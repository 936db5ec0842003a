import { type Tensor, tidy } from '@flambeau/core';
import sharp, { type Sharp } from 'sharp';

/** Writes pixels from 0 to 1 as the name's ending says. */
export async function saveImage(pixels: Tensor, path: string): Promise<void> {
  await encoded(pixels).toFile(path);
}

/** Pixels from 0 to 1 as a PNG. */
export function pngOf(pixels: Tensor): Promise<Uint8Array> {
  return encoded(pixels).png().toBuffer();
}

/** @param pixels float `[1, 3 or 4 channels, rows, columns]`; what is beyond 0 and 1 is cut off */
function encoded(pixels: Tensor): Sharp {
  const [channels, rows, columns] = pixels.shape as readonly [number, number, number];
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new RangeError(`an image file has 1, 3 or 4 channels, the image ${channels}`);
  }
  const bytes = tidy(() => {
    const scaled = pixels.detach().clamp(0, 1).mul(255).round();
    return scaled
      .to({ dtype: 'uint8', device: 'cpu' })
      .permute([1, 2, 0])
      .contiguous()
      .toTypedArray();
  });
  return sharp(bytes as Uint8Array, { raw: { width: columns, height: rows, channels } });
}
