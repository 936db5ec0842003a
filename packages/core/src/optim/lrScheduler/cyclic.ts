import { perGroup, requireCount, type ScheduledOptimizer, setLr } from './groups.js';
import { beginMomentumCycle, type MomentumCycle, setMomentum } from './momentum.js';
import { LRScheduler } from './scheduler.js';

/** How the height of the cycles changes: not, by halves, or by gamma in every step. */
export type CyclicMode = 'triangular' | 'triangular2' | 'exp_range';

export interface CyclicLROptions extends MomentumCycle {
  /** Default 2000. */
  stepSizeUp?: number;
  /** Default as `stepSizeUp`. */
  stepSizeDown?: number;
  /** Default 'triangular'; does not matter when there is a `scaleFn`. */
  mode?: CyclicMode;
  /** For 'exp_range'; default 1. */
  gamma?: number;
  /** The height of the cycle as a part of the whole. */
  scaleFn?: (x: number) => number;
  /** What `scaleFn` is given: the number of the cycle, from 1, or of the step. Default 'cycle'. */
  scaleMode?: 'cycle' | 'iterations';
  /** Default -1. */
  lastEpoch?: number;
}

interface CyclicSettings {
  maxLrs: number[];
  totalSize: number;
  stepRatio: number;
  mode: string;
  gamma: number;
  scaleFn: ((x: number) => number) | undefined;
  scaleMode: 'cycle' | 'iterations';
  cycleMomentum: boolean;
  useBeta1?: boolean;
  baseMomentums?: number[];
  maxMomentums?: number[];
}

/**
 * Takes the rates up from `baseLr` to `maxLr` and down again, in straight lines (Smith 2017), and
 * the momentum down from `maxMomentum` (default 0.9) to `baseMomentum` (0.8) and up.
 */
export class CyclicLR extends LRScheduler<CyclicSettings> {
  /** @param baseLr and `maxLr`: one for all groups, or one for each */
  constructor(
    optimizer: ScheduledOptimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options: CyclicLROptions = {},
  ) {
    const { stepSizeUp = 2000, stepSizeDown = stepSizeUp, lastEpoch = -1 } = options;
    const { mode = 'triangular', gamma = 1, scaleFn, scaleMode = 'cycle' } = options;
    const { cycleMomentum = true, baseMomentum = 0.8, maxMomentum = 0.9 } = options;
    requireCount('stepSizeUp', stepSizeUp);
    requireCount('stepSizeDown', stepSizeDown);
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode) && scaleFn === undefined) {
      throw new RangeError(`mode must be triangular, triangular2 or exp_range, got '${mode}'`);
    }
    const baseLrs = perGroup('baseLr', optimizer, baseLr);
    const maxLrs = perGroup('maxLr', optimizer, maxLr);
    const momenta = cycleMomentum
      ? beginMomentumCycle(optimizer, baseMomentum, maxMomentum)
      : undefined;
    if (lastEpoch === -1) {
      for (const [i, group] of optimizer.paramGroups.entries()) setLr(group, baseLrs[i] as number);
    }
    const settings: CyclicSettings = {
      maxLrs,
      totalSize: stepSizeUp + stepSizeDown,
      stepRatio: stepSizeUp / (stepSizeUp + stepSizeDown),
      mode,
      gamma,
      scaleFn,
      scaleMode: scaleFn === undefined && mode === 'exp_range' ? 'iterations' : scaleMode,
      cycleMomentum,
      ...momenta,
    };
    super(optimizer, settings, lastEpoch);
    this.baseLrs = baseLrs;
  }

  protected override rates(): readonly number[] {
    const { totalSize, stepRatio, maxLrs, baseMomentums, maxMomentums } = this.settings;
    const cycle = Math.floor(1 + this.lastEpoch / totalSize);
    const x = 1 + this.lastEpoch / totalSize - cycle;
    const position = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const height = position * scaleOf(this.settings, cycle, this.lastEpoch);
    if (baseMomentums !== undefined && maxMomentums !== undefined) {
      for (const [i, group] of this.optimizer.paramGroups.entries()) {
        const [low, high] = [baseMomentums[i] as number, maxMomentums[i] as number];
        setMomentum(group, high - (high - low) * height);
      }
    }
    return this.baseLrs.map((low, i) => low + ((maxLrs[i] as number) - low) * height);
  }

  /** With the null that Python expects in place of a function. */
  override stateDict() {
    return { ...super.stateDict(), _scale_fn_custom: null };
  }
}

/** The height of a cycle as a part of the whole. */
function scaleOf(settings: CyclicSettings, cycle: number, epoch: number): number {
  const { mode, gamma, scaleFn, scaleMode } = settings;
  if (scaleFn !== undefined) return scaleFn(scaleMode === 'cycle' ? cycle : epoch);
  if (mode === 'triangular2') return 0.5 ** (cycle - 1);
  return mode === 'exp_range' ? gamma ** epoch : 1;
}
