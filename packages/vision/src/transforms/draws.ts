import { inspect } from 'node:util';
import { tidy, torch } from '@flambeau/core';

/** Both ends of what is drawn from; a single number is always drawn as it is. */
export type Range = number | readonly [low: number, high: number];

/** How a parameter is drawn. */
export interface Draw<Value> {
  (range: Range): Value;
  /** @throws RangeError for what is no range */
  check(name: string, range: unknown): void;
}

/** So many numbers, each drawn evenly. */
export function uniforms(count: number): Draw<readonly number[]> {
  return drawing((low, high) => randoms(count).map((random) => low + (high - low) * random));
}

/** Evenly between both ends. */
export const uniform: Draw<number> = drawing((low, high) => {
  const [random] = randoms(1) as [number];
  return low + (high - low) * random;
});

/** Evenly on a scale of logarithms: as often twice as large as half as large. */
export const logUniform: Draw<number> = drawing((low, high) =>
  Math.exp(uniform([Math.log(low), Math.log(high)])),
);

/** A whole number, both ends included. */
export const uniformInt: Draw<number> = drawing((low, high) =>
  Math.min(high, Math.floor(uniform([low, high + 1]))),
);

/** Is it so, with this probability? So many answers. */
export function chances(count: number): (probability: number) => readonly boolean[] {
  return (probability) => randoms(count).map((random) => random < probability);
}

/** @returns numbers from 0 up to 1, of PyTorch's generator, so that `manualSeed` repeats them */
function randoms(count: number): number[] {
  return tidy(() => torch.rand([count], { dtype: 'float64' }).toArray() as number[]);
}

function drawing<Value>(draw: (low: number, high: number) => Value): Draw<Value> {
  const drawn = (range: Range) =>
    typeof range === 'number' ? draw(range, range) : draw(range[0], range[1]);
  return Object.assign(drawn, { check: checkRange });
}

function checkRange(name: string, range: unknown): void {
  const ends = Array.isArray(range) ? range : [range, range];
  if (ends.length === 2 && ends.every(Number.isFinite)) return;
  throw new RangeError(
    `${name} is drawn from a number or from [low, high], got ${inspect(range)}; ` +
      'isRandom: false takes it as it is given',
  );
}
