import { toCamelName } from '../../nn/names.js';
import { type Annealing, annealingCos, annealingLinear } from '../annealing.js';
import { perGroup, requireCount, type ScheduledGroup, type ScheduledOptimizer } from './groups.js';
import { beginMomentumCycle, type MomentumCycle, setMomentum } from './momentum.js';
import { LRScheduler } from './scheduler.js';

export interface OneCycleLROptions extends MomentumCycle {
  /** Steps of the cycle; or give `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** Part of the steps in which the rate rises, 0 to 1. Default 0.3. */
  pctStart?: number;
  /** Default 'cos'. */
  annealStrategy?: 'cos' | 'linear';
  /** The cycle begins at maxLr / divFactor. Default 25. */
  divFactor?: number;
  /** It ends at its begin / finalDivFactor. Default 1e4. */
  finalDivFactor?: number;
  /** Returns to the first rate before it goes lower. Default false: two phases. */
  threePhase?: boolean;
  /** Default -1. */
  lastEpoch?: number;
}

type Bound = 'initial_lr' | 'max_lr' | 'min_lr';
type MomentumBound = 'base_momentum' | 'max_momentum';

/** Part of the cycle, as PyTorch keeps it: the names are those of the values in a group. */
interface Phase {
  end_step: number;
  start_lr: Bound;
  end_lr: Bound;
  start_momentum: MomentumBound;
  end_momentum: MomentumBound;
}

interface OneCycleSettings {
  totalSteps: number;
  _schedule_phases: readonly Phase[];
  _anneal_func_type: string;
  cycleMomentum: boolean;
  useBeta1?: boolean;
}

const annealings: Readonly<Record<string, Annealing>> = {
  cos: annealingCos,
  linear: annealingLinear,
};

/**
 * One cycle (Smith and Topin 2018): the rates go up to `maxLr` and down far below their begin, the
 * momentum from `maxMomentum` (default 0.95) to `baseMomentum` (0.85) and back.
 */
export class OneCycleLR extends LRScheduler<OneCycleSettings> {
  /** @param maxLr one for all groups, or one for each */
  constructor(
    optimizer: ScheduledOptimizer,
    maxLr: number | readonly number[],
    options: OneCycleLROptions,
  ) {
    const { pctStart = 0.3, annealStrategy = 'cos', threePhase = false, lastEpoch = -1 } = options;
    const { divFactor = 25, finalDivFactor = 1e4 } = options;
    const { cycleMomentum = true, baseMomentum = 0.85, maxMomentum = 0.95 } = options;
    const totalSteps = stepsOf(options);
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new RangeError(`pctStart must be from 0 to 1, got ${pctStart}`);
    }
    if (!(annealStrategy in annealings)) {
      throw new RangeError(`annealStrategy must be cos or linear, got '${annealStrategy}'`);
    }
    const maxLrs = perGroup('maxLr', optimizer, maxLr);
    if (lastEpoch === -1) {
      for (const [i, group] of optimizer.paramGroups.entries()) {
        group.maxLr = maxLrs[i] as number;
        group.initialLr = group.maxLr / divFactor;
        group.minLr = group.initialLr / finalDivFactor;
      }
    }
    const cycle = cycleMomentum && beginMomentumCycle(optimizer, baseMomentum, maxMomentum);
    const settings: OneCycleSettings = {
      totalSteps,
      _schedule_phases: phasesOf(totalSteps, pctStart, threePhase),
      _anneal_func_type: annealStrategy,
      cycleMomentum,
      ...(cycle && { useBeta1: cycle.useBeta1 }),
    };
    super(optimizer, settings, lastEpoch);
  }

  /** @throws RangeError after the last step of the cycle */
  protected override rates(): readonly number[] {
    const { totalSteps, cycleMomentum } = this.settings;
    if (this.lastEpoch > totalSteps) {
      throw new RangeError(`the cycle has ${totalSteps} steps, got step ${this.lastEpoch}`);
    }
    const { phase, position } = placeOf(this.settings, this.lastEpoch);
    const anneal = annealings[this.settings._anneal_func_type] as Annealing;
    return this.optimizer.paramGroups.map((group) => {
      const between = (start: Bound | MomentumBound, end: Bound | MomentumBound) =>
        anneal(boundOf(group, start), boundOf(group, end), position);
      if (cycleMomentum) setMomentum(group, between(phase.start_momentum, phase.end_momentum));
      return between(phase.start_lr, phase.end_lr);
    });
  }
}

/** The phase that a step is in, and where between its begin and its end, 0 to 1. */
function placeOf(settings: OneCycleSettings, epoch: number): { phase: Phase; position: number } {
  const phases = settings._schedule_phases;
  const found = phases.findIndex(({ end_step }) => epoch <= end_step);
  const index = found === -1 ? phases.length - 1 : found;
  const phase = phases[index] as Phase;
  const start = phases[index - 1]?.end_step ?? 0;
  return { phase, position: (epoch - start) / (phase.end_step - start) };
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) {
    requireCount('totalSteps', totalSteps);
    return totalSteps;
  }
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new TypeError('either totalSteps is needed, or epochs and stepsPerEpoch');
  }
  requireCount('epochs', epochs);
  requireCount('stepsPerEpoch', stepsPerEpoch);
  return epochs * stepsPerEpoch;
}

function phasesOf(totalSteps: number, pctStart: number, threePhase: boolean): readonly Phase[] {
  const up: Phase = {
    end_step: pctStart * totalSteps - 1,
    start_lr: 'initial_lr',
    end_lr: 'max_lr',
    start_momentum: 'max_momentum',
    end_momentum: 'base_momentum',
  };
  const down: Phase = {
    end_step: threePhase ? 2 * pctStart * totalSteps - 2 : totalSteps - 1,
    start_lr: 'max_lr',
    end_lr: threePhase ? 'initial_lr' : 'min_lr',
    start_momentum: 'base_momentum',
    end_momentum: 'max_momentum',
  };
  if (!threePhase) return [up, down];
  const out: Phase = {
    end_step: totalSteps - 1,
    start_lr: 'initial_lr',
    end_lr: 'min_lr',
    start_momentum: 'max_momentum',
    end_momentum: 'max_momentum',
  };
  return [up, down, out];
}

function boundOf(group: ScheduledGroup, name: Bound | MomentumBound): number {
  return group[toCamelName(name) as keyof ScheduledGroup] as number;
}
