import type { Plan, Subject } from './case.js';
import { PythonPeer } from './peer.js';

/** Times of our work and one Python variant's, in seconds for one repetition. */
export interface Pairing {
  readonly label: string;
  readonly node: number;
  readonly python: number;
  /** Median over the rounds of our time divided by Python's. */
  readonly ratio: number;
  /** Seconds of all rounds, warming up included. */
  readonly totals: { readonly node: number; readonly python: number };
}

export interface Measurement {
  readonly pairings: readonly Pairing[];
  readonly notes: readonly string[];
}

const roundSeconds = 0.15;

/**
 * Runs rounds of the subject and of each Python variant in turn, the same number of repetitions
 * on each side, so that all meet the same state of the machine.
 */
export async function measure(
  subject: Subject,
  python: string,
  threads: number,
  rounds: number,
): Promise<Measurement> {
  const peers: PythonPeer[] = [];
  try {
    for (const variant of subject.python) {
      peers.push(await PythonPeer.start(python, variant, threads));
    }
    const plan = subject.plan ?? (await choosePlan(subject, rounds));
    const ours: number[] = [];
    const theirs: number[][] = peers.map(() => []);
    for (const count of plan.counts) {
      ours.push(await timed(() => subject.run(count)));
      for (const [place, peer] of peers.entries()) {
        (theirs[place] as number[]).push(await peer.run(count));
      }
    }
    const pairings = subject.python.map(({ label }, place) =>
      pairing(label, plan, ours, theirs[place] as number[]),
    );
    return { pairings, notes: (await subject.finish?.(peers)) ?? [] };
  } finally {
    for (const peer of peers) peer[Symbol.dispose]();
  }
}

/** As many repetitions as fill a round, after enough of them for the compiler to settle. */
async function choosePlan(subject: Subject, rounds: number): Promise<Plan> {
  let count = 1;
  while ((await timed(() => subject.run(count))) < roundSeconds / 2) count *= 2;
  const warmup = 3;
  return { counts: Array.from({ length: rounds + warmup }, () => count), warmup };
}

/** From the seconds of each round of both sides, the first ones for warming up. */
function pairing(
  label: string,
  { counts, warmup }: Plan,
  ours: readonly number[],
  theirs: readonly number[],
): Pairing {
  const single = (seconds: readonly number[]) =>
    median(seconds.map((time, round) => time / (counts[round] as number)).slice(warmup));
  const ratios = ours.map((seconds, round) => seconds / (theirs[round] as number));
  return {
    label,
    node: single(ours),
    python: single(theirs),
    ratio: median(ratios.slice(warmup)),
    totals: { node: sum(ours), python: sum(theirs) },
  };
}

/** Seconds that `work` takes. */
export async function timed(work: () => void | Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
