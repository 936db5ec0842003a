import { perGroup, type ScheduledOptimizer } from './groups.js';
import { LRScheduler } from './scheduler.js';
import type { LRSchedulerState } from './state.js';

/** A factor for each number of steps. */
export type LRLambda = (epoch: number) => number;

/** Schedulers by functions, which no state dictionary has. */
abstract class FunctionLR extends LRScheduler<readonly LRLambda[]> {
  /** @param lrLambda one for all groups, or one for each */
  constructor(
    optimizer: ScheduledOptimizer,
    lrLambda: LRLambda | readonly LRLambda[],
    lastEpoch = -1,
  ) {
    const lambdas = perGroup('lrLambda', optimizer, lrLambda);
    for (const lambda of lambdas) {
      if (typeof lambda !== 'function') {
        throw new TypeError(`lrLambda must be a function, got ${typeof lambda}`);
      }
    }
    super(optimizer, lambdas, lastEpoch);
  }

  protected factor(group: number): number {
    return (this.settings[group] as LRLambda)(this.lastEpoch);
  }

  override stateDict(): LRSchedulerState {
    return { ...super.stateDict(), lr_lambdas: this.settings.map(() => null) };
  }
}

/** Multiplies the rates that it began with by a function of the step. */
export class LambdaLR extends FunctionLR {
  protected override rates(): readonly number[] {
    return this.baseLrs.map((rate, i) => rate * this.factor(i));
  }
}

/** Multiplies the rates in every step but the first by a function of the step. */
export class MultiplicativeLR extends FunctionLR {
  protected override rates(): readonly number[] {
    return this.mapRates((rate, i) => (this.isInitial ? rate : rate * this.factor(i)));
  }
}
