import { tidy, torch } from '@flambeau/core';

/** Both ends of what is drawn from; a single number is always drawn as it is. */
export type Range = number | readonly [low: number, high: number];

/** How a parameter is drawn. */
export type Draw<Value> = (range: Range) => Value;

/** Evenly between both ends. */
export const uniform: Draw<number> = (range) => uniforms(1)(range)[0] as number;

/** So many numbers, each drawn evenly. */
export function uniforms(count: number): Draw<readonly number[]> {
  return (range) => {
    const [low, high] = endsOf(range);
    return randoms(count).map((random) => low + (high - low) * random);
  };
}

/** Evenly on a scale of logarithms: as often twice as large as half as large. */
export const logUniform: Draw<number> = (range) => {
  const [low, high] = endsOf(range);
  return Math.exp(uniform([Math.log(low), Math.log(high)]));
};

/** A whole number, both ends included. */
export const uniformInt: Draw<number> = (range) => {
  const [low, high] = endsOf(range);
  return Math.min(high, Math.floor(uniform([low, high + 1])));
};

/** Is it so, with this probability? So many answers. */
export function chances(count: number): (probability: number) => readonly boolean[] {
  return (probability) => randoms(count).map((random) => random < probability);
}

/** @returns numbers from 0 up to 1, of PyTorch's generator, so that `manualSeed` repeats them */
function randoms(count: number): number[] {
  return tidy(() => torch.rand([count], { dtype: 'float64' }).toArray() as number[]);
}

function endsOf(range: Range): readonly [low: number, high: number] {
  return typeof range === 'number' ? [range, range] : range;
}
