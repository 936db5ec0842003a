import type { PythonPeer } from './peer.js';

/** A Python program that does the same work: a class of a module in `python/`. */
export interface PythonVariant {
  /** What sets it apart from the other variants; empty for an only one. */
  readonly label: string;
  readonly module: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A case made ready: the work in this process, and what Python is to do. */
export interface Subject extends Disposable {
  /** Does the work `count` times. */
  run(count: number): void | Promise<void>;
  readonly python: readonly PythonVariant[];
  /** Rounds and repetitions; by default they are chosen from the time one repetition takes. */
  readonly plan?: Plan;
  /** Called after the last round; gives lines to print under the table. */
  finish?(variants: readonly PythonPeer[]): Promise<readonly string[]>;
}

export interface Plan {
  /** Repetitions in each round. */
  readonly counts: readonly number[];
  /** Rounds at the start that are run and not counted. */
  readonly warmup: number;
}

export interface BenchCase {
  readonly name: string;
  /** Largest ratio of our time to Python's that is wanted, or null for none. */
  readonly target: number | null;
  prepare(settings: BenchSettings): Promise<Subject> | Subject;
}

export interface BenchSettings {
  readonly threads: number;
  readonly rounds: number;
  /** Training steps of the lesson's case. */
  readonly steps: number;
  /** The lesson's case trains the whole epoch and validates. */
  readonly full: boolean;
}
