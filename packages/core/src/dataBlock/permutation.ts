import { mersenne } from 'pure-rand/generator/mersenne';
import { torch } from '../torch.js';

/**
 * The numbers below `n` in random order: with a seed in that of NumPy's `RandomState(seed)`, so that
 * splits equal fast.ai's, else from the default generator.
 *
 * @param seed whole, from 0 to 2^32 - 1
 */
export function permutation(n: number, seed?: number): Int32Array {
  if (seed === undefined) {
    using order = torch.randperm(n, { dtype: 'int32' });
    return order.toTypedArray() as Int32Array;
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw new RangeError(`seed must be whole, from 0 to 2^32 - 1, got ${seed}`);
  }
  const generator = mersenne(seed);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const other = drawUpTo(last, () => generator.next() >>> 0);
    const moved = order[other] as number;
    order[other] = order[last] as number;
    order[last] = moved;
  }
  return order;
}

/** Draws as many bits as `max` has until they are not above it. */
function drawUpTo(max: number, draw: () => number): number {
  const mask = 2 ** (32 - Math.clz32(max)) - 1;
  for (;;) {
    const drawn = (draw() & mask) >>> 0;
    if (drawn <= max) return drawn;
  }
}
