import { deflateSync } from 'node:zlib';
import crc32 from 'crc-32';
import { TorchValueError } from '../tensor/errors.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Picture } from './messages.js';

/** PNG's types of colour, by the number of channels. */
const colourTypes: Readonly<Record<number, number>> = { 1: 0, 3: 2, 4: 6 };

/**
 * A tensor as a PNG, 8 bits a channel.
 * @param image `[C, H, W]` of 1, 3 or 4 channels, or `[H, W]`; floating numbers are from 0 to 1,
 * whole ones from 0 to 255, others are clipped
 * @throws TorchValueError for other shapes
 */
export function encodePng(image: Tensor): Picture {
  const shape = image.dim() === 2 ? [1, ...image.shape] : image.shape;
  const [channels = 0, height = 0, width = 0] = shape;
  const colourType = colourTypes[channels];
  if (shape.length !== 3 || colourType === undefined || width * height === 0) {
    throw new TorchValueError({
      code: 'value',
      message: `an image must have the shape [C, H, W] with 1, 3 or 4 channels or [H, W], got [${image.shape.join(', ')}]`,
    });
  }
  const pixels = tidy(() => {
    const values = image.detach().reshape(shape);
    const scaled = values.isFloatingPoint() ? values.float().mul(255).round() : values;
    return scaled.clamp(0, 255).to('uint8').permute([1, 2, 0]).contiguous().toTypedArray();
  }) as Uint8Array;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colourType, 0, 0, 0], 8);
  const png = Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows(pixels, height, width * channels))),
    chunk('IEND', new Uint8Array()),
  ]);
  return { width, height, channels, png };
}

/** Each row after a byte that says it is not filtered. */
function rows(pixels: Uint8Array, height: number, length: number): Uint8Array {
  const data = new Uint8Array(height * (length + 1));
  for (let row = 0; row < height; row++) {
    data.set(pixels.subarray(row * length, (row + 1) * length), row * (length + 1) + 1);
  }
  return data;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeInt32BE(crc32.buf(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}
