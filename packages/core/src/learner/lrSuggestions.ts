/** How fast.ai's second version finds a good learning rate in the losses of a rate finder. */
export type LrSuggestion = 'valley' | 'slide' | 'minimum' | 'steep';

/** From the rates in rising order, and the loss of each. */
type Suggest = (lrs: readonly number[], losses: readonly number[]) => number;

export const suggestLr: Readonly<Record<LrSuggestion, Suggest>> = { valley, slide, minimum, steep };

/**
 * Half way into the middle third of the longest valley: of the longest sequence of losses, not
 * necessarily neighbours, of which each is below the one before.
 */
function valley(lrs: readonly number[], losses: readonly number[]): number {
  const lengths: number[] = [];
  let end = 0;
  for (const [i, loss] of losses.entries()) {
    let longest = 0;
    for (let j = 0; j < i; j++) {
      if (loss < at(losses, j)) longest = Math.max(longest, at(lengths, j));
    }
    lengths.push(longest + 1);
    if (longest + 1 > at(lengths, end)) end = i;
  }
  const length = at(lengths, end);
  const start = length === 1 ? end : end - length;
  const third = (end - start) / 3;
  return at(lrs, start + Math.trunc(third) + Math.trunc(third / 2));
}

/** Neighbours in {@link slide}'s comparison. */
const slideDistance = 15;

/**
 * From the end backwards to the first pair of points, 15 apart, whose gradients differ by no more
 * than 0.005: the lower rate of the pair before.
 */
function slide(lrs: readonly number[], losses: readonly number[]): number {
  const gradients = gradient(losses);
  let right = losses.length - 1;
  let lr = at(lrs, right - slideDistance);
  while (
    right >= slideDistance &&
    Math.abs(at(gradients, right) - at(gradients, right - slideDistance)) > 0.005
  ) {
    lr = at(lrs, right - slideDistance);
    right--;
  }
  return lr;
}

/** A tenth of the rate that has the smallest loss. */
function minimum(lrs: readonly number[], losses: readonly number[]): number {
  return at(lrs, argmin(losses)) / 10;
}

/** Where the loss falls most, by the logarithm of the rate, to the next point. */
function steep(lrs: readonly number[], losses: readonly number[]): number {
  const slopes = losses
    .slice(1)
    .map((loss, i) => (loss - at(losses, i)) / Math.log(at(lrs, i + 1) / at(lrs, i)));
  return at(lrs, argmin(slopes));
}

/**
 * Differences of neighbours on both sides, halved; at the ends of the one neighbour.
 * @throws RangeError for less than two values
 */
export function gradient(values: readonly number[]): number[] {
  const last = values.length - 1;
  if (last < 1) throw new RangeError(`a gradient needs at least two values, got ${values.length}`);
  return values.map((_, i) => {
    const [left, right] = [Math.max(i - 1, 0), Math.min(i + 1, last)];
    return (at(values, right) - at(values, left)) / (right - left);
  });
}

/** The place of the smallest value, NaN left out. */
export function argmin(values: readonly number[]): number {
  let best = 0;
  for (const [i, value] of values.entries()) {
    if (value < at(values, best) || Number.isNaN(at(values, best))) best = i;
  }
  return best;
}

/** @throws RangeError when there are too few points */
function at(values: readonly number[], i: number): number {
  const value = values[i];
  if (value === undefined) throw new RangeError(`there are too few points: ${values.length}`);
  return value;
}
