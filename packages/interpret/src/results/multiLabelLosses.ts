import { checkOptions, tidy } from '@flambeau/core';
import { type Axes, type Figure, type FigureSize, showImage, subplots } from '@flambeau/vision';
import { numbersOf } from '../numbers.js';
import type { Origin, Results } from './interpretation.js';
import { imagesOf } from './items.js';
import { topOf } from './topLosses.js';

/** An item of several classes whose most probable class is none of its own. */
export interface Mismatch {
  /** The item's place in the data. */
  readonly index: number;
  /** The class that is most probable, and its probability. */
  readonly predicted: string;
  readonly probability: number;
  /** The classes that are right. */
  readonly actual: readonly string[];
  readonly loss: number;
}

/**
 * Those items, the largest losses first; equal ones in their order.
 * @throws RangeError unless targets are `[items, classes]`
 */
export function mismatchesOf(
  { preds, targets, losses }: Results,
  classes: readonly string[],
): Mismatch[] {
  if (`${targets.shape}` !== `${preds.shape}`) {
    throw new RangeError(
      `expected targets [items, classes] of 0 and 1 as of several labels, got [${targets.shape}]`,
    );
  }
  const [places, probabilities] = tidy(() => {
    const { values, indices } = preds.max(1);
    return [numbersOf('mismatches', indices), numbersOf('mismatches', values)];
  });
  const rights = tidy(() => targets.gt(0).toArray()) as boolean[][];
  const { values, indices } = topOf('mismatches', losses, losses.size(0));
  return indices.flatMap((index, rank): Mismatch[] => {
    const [place, right] = [places[index] as number, rights[index] as boolean[]];
    if (right[place]) return [];
    return [
      {
        index,
        predicted: classes[place] as string,
        probability: probabilities[index] as number,
        actual: classes.filter((_, at) => right[at]),
        loss: values[rank] as number,
      },
    ];
  });
}

/** Their images in a row, with texts above them. */
export async function plotMismatches(
  origin: Origin | undefined,
  found: readonly Mismatch[],
  options: { readonly figsize?: FigureSize },
): Promise<Figure> {
  checkOptions('plotMultiTopLosses', options, ['figsize']);
  const items = imagesOf('plotMultiTopLosses', origin);
  if (found.length === 0) throw new RangeError('plotMultiTopLosses: there are no such images');
  const { figsize = [4 * found.length, 4.5] } = options;
  const figure = subplots(1, found.length, { figsize });
  for (const [place, mismatch] of found.entries()) {
    using image = await items.get(mismatch.index);
    showImage(image, { ax: figure.axes[0]?.[place] as Axes, title: textOf(mismatch) });
  }
  return figure;
}

function textOf({ predicted, actual, loss, probability }: Mismatch): string {
  const lines = [`Predicted: ${predicted}`, `Actual: ${actual.join(';')}`];
  return [...lines, `Loss: ${loss.toFixed(2)}`, `Probability: ${probability.toFixed(2)}`].join(
    '\n',
  );
}
