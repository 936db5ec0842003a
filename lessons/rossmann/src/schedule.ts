/** Learning rate and momentum of one step. */
export interface StepSettings {
  readonly lr: number;
  readonly momentum: number;
}

export interface OneCycleOptions {
  /** Highest and lowest momentum; the lowest goes with the highest learning rate. */
  readonly momentums?: readonly [high: number, low: number];
  /** The first learning rate is the highest divided by this. */
  readonly divFactor?: number;
  /** Share of the steps in which the learning rate rises. */
  readonly pctStart?: number;
  /** The learning rate after the last step is the highest divided by this. */
  readonly finalDiv?: number;
}

/**
 * The one-cycle policy (L. N. Smith 2018) as fast.ai v1 anneals it: the learning rate rises along
 * a cosine from `maxLr / divFactor` to `maxLr` and falls to `maxLr / finalDiv`, the momentum goes
 * the other way. The end value is that of `step === steps`, which no batch uses.
 *
 * @returns the settings of a step, 0 to `steps`.
 * @throws RangeError for a `steps` that is not a whole number of at least 1.
 */
export function oneCycle(
  steps: number,
  maxLr: number,
  { momentums = [0.95, 0.85], divFactor = 25, pctStart = 0.3, finalDiv }: OneCycleOptions = {},
): (step: number) => StepSettings {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(`steps must be a whole number of at least 1, got ${steps}`);
  }
  const [high, low] = momentums;
  const rising = Math.floor(steps * pctStart);
  const falling = steps - rising;
  // Without a rising step, the first one still has the first learning rate.
  const top = Math.max(1, rising);
  const firstLr = maxLr / divFactor;
  const lastLr = maxLr / (finalDiv ?? divFactor * 1e4);
  return (step) => {
    const share = step <= top ? step / top : (step - top) / falling;
    return step <= top
      ? { lr: cosine(firstLr, maxLr, share), momentum: cosine(high, low, share) }
      : { lr: cosine(maxLr, lastLr, share), momentum: cosine(low, high, share) };
  };
}

/** `start` at share 0, `end` at share 1. */
function cosine(start: number, end: number, share: number): number {
  return end + ((start - end) / 2) * (Math.cos(Math.PI * share) + 1);
}
