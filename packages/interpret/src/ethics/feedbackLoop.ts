import { checkOptions, Generator, tidy, torch } from '@flambeau/core';
import { checkShares } from '../numbers.js';

/** A group of candidates in {@link simulateFeedback}. */
export interface SimulatedGroup {
  readonly name: string;
  /** Candidates in each round. */
  readonly candidates: number;
  /** How often a candidate of the group does well, when selected: from 0 to 1. */
  readonly rate: number;
  /** What the first data say of that rate. */
  readonly firstEstimate: number;
}

export interface FeedbackOptions {
  /** Default 20. */
  readonly rounds?: number;
  /** Candidates selected in each round. Default a fifth of all. */
  readonly capacity?: number;
  /** The share of the selected that is drawn at random. Default 0. */
  readonly explore?: number;
  /** Candidates that each first estimate was made of. Default 50. */
  readonly firstSupport?: number;
  /** The deviation of what is known of a candidate beyond the group. Default 0.05. */
  readonly noise?: number;
  /** Default 0. */
  readonly seed?: number;
}

const feedbackOptions = [
  'rounds',
  'capacity',
  'explore',
  'firstSupport',
  'noise',
  'seed',
] as const satisfies readonly (keyof FeedbackOptions)[];

/** A group after a round. */
export interface FeedbackRow {
  readonly round: number;
  readonly group: string;
  /** Of the group's candidates, how many were selected in this round. */
  readonly selected: number;
  /** Of all that were selected. */
  readonly share: number;
  /** The rate as the data say it by now. */
  readonly estimate: number;
}

interface Candidate {
  readonly group: number;
  readonly score: number;
  readonly luck: number;
  readonly lot: number;
}

/**
 * A feedback loop on synthetic data: in each round the candidates with the highest scores are
 * selected, how they do is observed of these only, and the rates are estimated anew. A group that
 * is underestimated at first is not selected, and so never seen to do as well as others, unless
 * some are drawn at random.
 * @throws RangeError for groups and options out of their range
 */
export function simulateFeedback(
  groups: readonly SimulatedGroup[],
  options: FeedbackOptions = {},
): FeedbackRow[] {
  checkOptions('simulateFeedback', options, feedbackOptions);
  const all = groups.reduce((sum, { candidates }) => sum + candidates, 0);
  const { rounds = 20, capacity = Math.floor(all / 5), explore = 0, seed = 0 } = options;
  const { firstSupport = 50, noise = 0.05 } = options;
  checkWhole({ rounds, capacity, firstSupport });
  for (const { name, candidates, rate, firstEstimate } of groups) {
    checkWhole({ [`candidates of ${name}`]: candidates });
    checkShares(`simulateFeedback, ${name}`, [rate, firstEstimate]);
  }
  checkShares('simulateFeedback, explore', [explore]);
  if (capacity < 1 || capacity > all || !(noise >= 0)) {
    throw new RangeError(
      `simulateFeedback: expected a capacity of 1 up to ${all} candidates and a deviation, ` +
        `got capacity = ${capacity}, noise = ${noise}`,
    );
  }
  const generator = new Generator();
  generator.manualSeed(seed);
  const seen = groups.map(({ firstEstimate }) => ({
    count: firstSupport,
    good: firstSupport * firstEstimate,
  }));
  const estimateOf = (group: number) => {
    const { count, good } = seen[group] as { count: number; good: number };
    return count === 0 ? 0 : good / count;
  };
  return Array.from({ length: rounds }, (_, round) => {
    const candidates = drawCandidates(
      groups,
      generator,
      (group, z) => estimateOf(group) + noise * z,
    );
    const selected = select(candidates, capacity, explore);
    for (const { group, luck } of selected) {
      const own = seen[group] as { count: number; good: number };
      own.count++;
      if (luck < (groups[group] as SimulatedGroup).rate) own.good++;
    }
    return groups.map(({ name }, group): FeedbackRow => {
      const count = selected.filter((candidate) => candidate.group === group).length;
      const share = count / selected.length;
      return { round, group: name, selected: count, share, estimate: estimateOf(group) };
    });
  }).flat();
}

function checkWhole(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw new RangeError(
      `simulateFeedback: expected a whole number from 0 up, got ${name} = ${value}`,
    );
  }
}

function drawCandidates(
  groups: readonly SimulatedGroup[],
  generator: Generator,
  scoreOf: (group: number, z: number) => number,
): Candidate[] {
  return groups.flatMap(({ candidates }, group) => {
    const [z, luck, lot] = tidy(() => [
      torch.randn([candidates], { generator }).toTypedArray() as Float32Array,
      torch.rand([candidates], { generator }).toTypedArray() as Float32Array,
      torch.rand([candidates], { generator }).toTypedArray() as Float32Array,
    ]) as [Float32Array, Float32Array, Float32Array];
    return Array.from(z, (own, i) => ({
      group,
      score: scoreOf(group, own),
      luck: luck[i] as number,
      lot: lot[i] as number,
    }));
  });
}

/** Some by lot, the others by their scores. */
function select(candidates: readonly Candidate[], capacity: number, explore: number): Candidate[] {
  const byLot = [...candidates].sort((a, b) => a.lot - b.lot);
  const drawn = Math.round(capacity * explore);
  const rest = byLot.slice(drawn).sort((a, b) => b.score - a.score);
  return [...byLot.slice(0, drawn), ...rest.slice(0, capacity - drawn)];
}
