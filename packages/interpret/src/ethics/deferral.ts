import {
  checkOptions,
  type Learner,
  type Prediction,
  Tensor,
  TextTable,
  tidy,
} from '@flambeau/core';
import { checkPairs, checkShares } from '../numbers.js';
import { columnMaker } from '../textColumn.js';
import { type Groups, groupsOf } from './groups.js';
import { type Share, shareOf, shareText } from './intervals.js';

/** A prediction that may be left to a person. */
export interface Decision {
  /** What the model predicts or the reviewer decides; null where nobody has decided. */
  readonly decision: unknown;
  /** Whether it was left to a person. */
  readonly deferred: boolean;
  readonly reason: string;
  /** The largest probability of a class. */
  readonly confidence: number;
}

export interface PredictOrDeferOptions {
  /** The least probability with which the model decides, from 0 to 1. */
  readonly minConfidence: number;
  /** Decides what the model does not. It is told the model's label and confidence. */
  readonly reviewer?: (
    item: unknown,
    model: { readonly label: unknown; readonly confidence: number },
  ) => unknown;
}

/**
 * Predicts the class of an item where the model is sure enough, else asks a person.
 * @throws RangeError unless `minConfidence` is from 0 to 1
 * @throws TypeError for a model that predicts no probabilities of classes
 */
export async function predictOrDefer(
  learn: Learner,
  item: unknown,
  options: PredictOrDeferOptions,
): Promise<Decision> {
  checkOptions('predictOrDefer', options, ['minConfidence', 'reviewer']);
  const { minConfidence, reviewer } = options;
  checkMinConfidence('predictOrDefer', minConfidence);
  const { label, confidence } = tidy(() => {
    const prediction = learn.predict(item);
    return { label: prediction.label, confidence: confidenceOf(prediction) };
  });
  const is = confidence.toFixed(3);
  if (confidence >= minConfidence) {
    const reason = `confidence ${is} is at least ${minConfidence}`;
    return { decision: label, deferred: false, reason, confidence };
  }
  const decision = (await reviewer?.(item, { label, confidence })) ?? null;
  return {
    decision,
    deferred: true,
    reason: `confidence ${is} is below ${minConfidence}`,
    confidence,
  };
}

function confidenceOf({ output }: Prediction): number {
  if (output instanceof Tensor && output.ndim === 1 && output.numel() > 1) {
    const isDistribution = Math.abs(Number(output.sum().item()) - 1) < 1e-3;
    if (isDistribution) return Number(output.max().item());
  }
  const got =
    output instanceof Tensor ? `[${output.shape}], sum ${output.sum().item()}` : typeof output;
  throw new TypeError(
    `predictOrDefer is for models that predict probabilities of classes, got ${got}`,
  );
}

function checkMinConfidence(caller: string, minConfidence: number): void {
  if (minConfidence >= 0 && minConfidence <= 1) return;
  throw new RangeError(`${caller}: minConfidence must be from 0 to 1, got ${minConfidence}`);
}

/** What is decided by the model at a threshold. */
export interface Coverage {
  readonly minConfidence: number;
  /** Items that the model decides. */
  readonly coverage: Share;
  /** Of these, how many are right. */
  readonly accuracy: Share;
}

/**
 * How many items a model decides, and how many of these rightly, by the confidence that is asked
 * for.
 * @param confidences the largest probability of each item
 * @param correct whether the model is right about it
 * @param thresholds default 0.5 to 0.95 in steps of 0.05
 * @throws RangeError unless there are as many of both, and all numbers are from 0 to 1
 */
export function coverageCurve(
  confidences: readonly number[],
  correct: readonly boolean[],
  thresholds: readonly number[] = twentieths,
): readonly Coverage[] {
  checkPairs('coverageCurve', confidences, correct);
  checkShares('coverageCurve, confidences', confidences);
  checkShares('coverageCurve, thresholds', thresholds);
  return thresholds.map((minConfidence) => {
    const decided = correct.filter((_, i) => (confidences[i] as number) >= minConfidence);
    return {
      minConfidence,
      coverage: shareOf(decided.length, correct.length),
      accuracy: shareOf(decided.filter(Boolean).length, decided.length),
    };
  });
}

const twentieths: readonly number[] = Array.from({ length: 10 }, (_, i) => (10 + i) / 20);

/**
 * A row for each group: how many of its items are left to a person.
 * @throws RangeError unless there is a group for each item, and all numbers are from 0 to 1
 */
export function deferralByGroup(
  confidences: readonly number[],
  groups: Groups,
  minConfidence: number,
): { readonly rows: readonly { group: string; deferred: Share }[]; readonly table: TextTable } {
  checkMinConfidence('deferralByGroup', minConfidence);
  checkShares('deferralByGroup, confidences', confidences);
  const rows = groupsOf('deferralByGroup', groups, confidences.length).map(({ name, indices }) => {
    const deferred = indices.filter((index) => (confidences[index] as number) < minConfidence);
    return { group: name, deferred: shareOf(deferred.length, indices.length) };
  });
  const column = columnMaker(rows);
  const table = new TextTable([
    column('group', ({ group }) => group),
    column('n', ({ deferred }) => `${deferred.of}`),
    column('deferred', ({ deferred }) => shareText(deferred)),
  ]);
  return { rows, table };
}
