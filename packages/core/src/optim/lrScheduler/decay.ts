import { requireCount, type ScheduledOptimizer } from './groups.js';
import { LRScheduler } from './scheduler.js';

/** Multiplies the rates by `gamma` every `stepSize` steps. */
export class StepLR extends LRScheduler<{ stepSize: number; gamma: number }> {
  /** Defaults: gamma 0.1, lastEpoch -1. */
  constructor(optimizer: ScheduledOptimizer, stepSize: number, gamma = 0.1, lastEpoch = -1) {
    requireCount('stepSize', stepSize);
    super(optimizer, { stepSize, gamma }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    const { stepSize, gamma } = this.settings;
    const due = this.lastEpoch !== 0 && this.lastEpoch % stepSize === 0;
    return this.mapRates((rate) => (due ? rate * gamma : rate));
  }

  protected override closedRates(): readonly number[] {
    const factor = this.settings.gamma ** Math.floor(this.lastEpoch / this.settings.stepSize);
    return this.baseLrs.map((rate) => rate * factor);
  }
}

/** Multiplies the rates by `gamma` at each milestone, as often as it is listed. */
export class MultiStepLR extends LRScheduler<{
  /** How often each is listed. */
  milestones: Record<number, number>;
  gamma: number;
}> {
  /** Defaults: gamma 0.1, lastEpoch -1. */
  constructor(
    optimizer: ScheduledOptimizer,
    milestones: Iterable<number>,
    gamma = 0.1,
    lastEpoch = -1,
  ) {
    const counts: Record<number, number> = {};
    for (const milestone of milestones) counts[milestone] = (counts[milestone] ?? 0) + 1;
    super(optimizer, { milestones: counts, gamma }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    const factor = this.settings.gamma ** (this.settings.milestones[this.lastEpoch] ?? 0);
    return this.mapRates((rate) => rate * factor);
  }

  protected override closedRates(): readonly number[] {
    const { milestones, gamma } = this.settings;
    const passed = Object.entries(milestones)
      .filter(([milestone]) => Number(milestone) <= this.lastEpoch)
      .reduce((sum, [, count]) => sum + count, 0);
    return this.baseLrs.map((rate) => rate * gamma ** passed);
  }
}

/** Multiplies the rates by `gamma` in every step. */
export class ExponentialLR extends LRScheduler<{ gamma: number }> {
  constructor(optimizer: ScheduledOptimizer, gamma: number, lastEpoch = -1) {
    super(optimizer, { gamma }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    return this.mapRates((rate) => (this.isInitial ? rate : rate * this.settings.gamma));
  }

  protected override closedRates(): readonly number[] {
    return this.baseLrs.map((rate) => rate * this.settings.gamma ** this.lastEpoch);
  }
}

function requireFactor(name: string, value: number, allowZero: boolean): void {
  if (!(value <= 1 && (allowZero ? value >= 0 : value > 0))) {
    const range = allowZero ? 'from 0 to 1' : 'above 0 and at most 1';
    throw new RangeError(`${name} must be ${range}, got ${value}`);
  }
}

/** Multiplies the rates by `factor` for the first `totalIters` steps. */
export class ConstantLR extends LRScheduler<{ factor: number; totalIters: number }> {
  /** Defaults: factor 1/3, totalIters 5, lastEpoch -1. */
  constructor(
    optimizer: ScheduledOptimizer,
    factor: number = 1 / 3,
    totalIters = 5,
    lastEpoch = -1,
  ) {
    requireFactor('factor', factor, true);
    super(optimizer, { factor, totalIters }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    const { factor, totalIters } = this.settings;
    return this.mapRates((rate) => {
      if (this.lastEpoch === 0) return rate * factor;
      return this.lastEpoch === totalIters ? rate * (1 / factor) : rate;
    });
  }

  protected override closedRates(): readonly number[] {
    const { factor, totalIters } = this.settings;
    return this.baseLrs.map((rate) => (this.lastEpoch >= totalIters ? rate : rate * factor));
  }
}

/** Takes the factor of the rates from `startFactor` to `endFactor` in `totalIters` equal steps. */
export class LinearLR extends LRScheduler<{
  startFactor: number;
  endFactor: number;
  totalIters: number;
}> {
  /** Defaults: startFactor 1/3, endFactor 1, totalIters 5, lastEpoch -1. */
  constructor(
    optimizer: ScheduledOptimizer,
    startFactor: number = 1 / 3,
    endFactor = 1,
    totalIters = 5,
    lastEpoch = -1,
  ) {
    requireFactor('startFactor', startFactor, false);
    requireFactor('endFactor', endFactor, true);
    super(optimizer, { startFactor, endFactor, totalIters }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    const { startFactor, endFactor, totalIters } = this.settings;
    if (this.lastEpoch === 0) return this.mapRates((rate) => rate * startFactor);
    if (this.isInitial || this.lastEpoch > totalIters) return this.mapRates((rate) => rate);
    const change = endFactor - startFactor;
    const before = totalIters * startFactor + (this.lastEpoch - 1) * change;
    return this.mapRates((rate) => rate * (1 + change / before));
  }

  protected override closedRates(): readonly number[] {
    const { startFactor, endFactor, totalIters } = this.settings;
    const position = Math.min(totalIters, this.lastEpoch) / totalIters;
    return this.baseLrs.map((rate) => rate * (startFactor + (endFactor - startFactor) * position));
  }
}

/** Takes the rates to 0 in `totalIters` steps: times (1 - t / totalIters)^power. */
export class PolynomialLR extends LRScheduler<{ totalIters: number; power: number }> {
  /** Defaults: totalIters 5, power 1, lastEpoch -1. */
  constructor(optimizer: ScheduledOptimizer, totalIters = 5, power = 1, lastEpoch = -1) {
    requireCount('totalIters', totalIters);
    super(optimizer, { totalIters, power }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    const { totalIters, power } = this.settings;
    if (this.isInitial || this.lastEpoch > totalIters) return this.mapRates((rate) => rate);
    const left = 1 - this.lastEpoch / totalIters;
    const leftBefore = 1 - (this.lastEpoch - 1) / totalIters;
    return this.mapRates((rate) => rate * (left / leftBefore) ** power);
  }

  protected override closedRates(): readonly number[] {
    const { totalIters, power } = this.settings;
    const left = 1 - Math.min(totalIters, this.lastEpoch) / totalIters;
    return this.baseLrs.map((rate) => rate * left ** power);
  }
}
