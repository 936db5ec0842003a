import type { Tensor } from '../tensor/tensor.js';

/** The loss along a direction. */
export interface LinePoint {
  /** How far along the direction. */
  readonly t: number;
  readonly loss: number;
  /** Of all parameters, `[n]`. */
  readonly grad: Tensor;
  /** The derivative along the direction. */
  readonly slope: number;
}

export interface LineSearch {
  readonly point: LinePoint;
  readonly evaluations: number;
}

/** Sufficient decrease and curvature, of the Wolfe conditions. */
const decrease = 1e-4;
const curvature = 0.9;

const smallestBracket = 1e-9;

/**
 * A point that meets the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6),
 * with the safeguards that PyTorch has; after `maxIterations` the best one found.
 * @param first the first step to try
 * @param directionSize the largest element of the direction
 */
export function strongWolfe(
  evaluate: (t: number) => LinePoint,
  start: LinePoint,
  first: number,
  directionSize: number,
  maxIterations: number,
): LineSearch {
  let evaluations = 0;
  const at = (t: number) => {
    evaluations++;
    return evaluate(t);
  };
  const isTooHigh = ({ t, loss }: LinePoint) => loss > start.loss + decrease * t * start.slope;
  const isFlat = ({ slope }: LinePoint) => Math.abs(slope) <= -curvature * start.slope;

  let previous = start;
  let current = at(first);
  let bracket: [LinePoint, LinePoint] | undefined;
  let iteration = 0;
  for (; iteration < maxIterations && bracket === undefined; iteration++) {
    if (isTooHigh(current) || (iteration > 1 && current.loss >= previous.loss)) {
      bracket = [previous, current];
      break;
    }
    if (isFlat(current)) return { point: current, evaluations };
    if (current.slope >= 0) {
      bracket = [previous, current];
      break;
    }
    const { t } = current;
    const next = cubicMinimum(previous, current, t + 0.01 * (t - previous.t), t * 10);
    previous = current;
    current = at(next);
  }

  const ends = bracket ?? [start, current];
  let low = ends[0].loss <= ends[1].loss ? 0 : 1;
  let stalled = false;
  for (; iteration < maxIterations; iteration++) {
    const [min, max] = ends[0].t <= ends[1].t ? [ends[0].t, ends[1].t] : [ends[1].t, ends[0].t];
    if ((max - min) * directionSize < smallestBracket) break;
    let t = cubicMinimum(ends[0], ends[1], min, max);
    const margin = 0.1 * (max - min);
    const isNearEnd = Math.min(max - t, t - min) < margin;
    const moveAway: boolean = isNearEnd && (stalled || t >= max || t <= min);
    if (moveAway) t = Math.abs(t - max) < Math.abs(t - min) ? max - margin : min + margin;
    stalled = isNearEnd && !moveAway;

    current = at(t);
    const lowest = ends[low] as LinePoint;
    const high = 1 - low;
    if (isTooHigh(current) || current.loss >= lowest.loss) {
      ends[high] = current;
      low = ends[0].loss <= ends[1].loss ? 0 : 1;
      continue;
    }
    const isDone = isFlat(current);
    if (!isDone && current.slope * ((ends[high] as LinePoint).t - lowest.t) >= 0) {
      ends[high] = lowest;
    }
    ends[low] = current;
    if (isDone) break;
  }
  return { point: ends[low] as LinePoint, evaluations };
}

/** Where the cubic through two points with their slopes is lowest, within bounds. */
function cubicMinimum(a: LinePoint, b: LinePoint, min: number, max: number): number {
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const sum = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = sum ** 2 - a.slope * b.slope;
  if (!(square >= 0)) return (min + max) / 2;
  const root = Math.sqrt(square);
  const part = (right.slope + root - sum) / (right.slope - left.slope + 2 * root);
  return Math.min(Math.max(right.t - (right.t - left.t) * part, min), max);
}
