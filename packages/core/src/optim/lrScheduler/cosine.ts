import { annealingCos } from '../annealing.js';
import { requireCount, type ScheduledOptimizer } from './groups.js';
import { LRScheduler } from './scheduler.js';

/** Cosine waves between the rates that it began with and `etaMin`, `tMax` steps each way. */
export class CosineAnnealingLR extends LRScheduler<{ tMax: number; etaMin: number }> {
  /** Defaults: etaMin 0, lastEpoch -1. */
  constructor(optimizer: ScheduledOptimizer, tMax: number, etaMin = 0, lastEpoch = -1) {
    requireCount('tMax', tMax);
    super(optimizer, { tMax, etaMin }, lastEpoch);
  }

  protected override rates(): readonly number[] {
    const { tMax, etaMin } = this.settings;
    const epoch = this.lastEpoch;
    if (this.isInitial) return this.mapRates((rate) => rate);
    if (this.stepCount === 1 && epoch > 0) return this.closedRates();
    if ((epoch - 1 - tMax) % (2 * tMax) === 0) {
      const rise = (1 - Math.cos(Math.PI / tMax)) / 2;
      return this.mapRates((rate, i) => rate + ((this.baseLrs[i] as number) - etaMin) * rise);
    }
    const height = 1 + Math.cos((Math.PI * epoch) / tMax);
    const heightBefore = 1 + Math.cos((Math.PI * (epoch - 1)) / tMax);
    return this.mapRates((rate) => (height / heightBefore) * (rate - etaMin) + etaMin);
  }

  protected override closedRates(): readonly number[] {
    const { tMax, etaMin } = this.settings;
    return this.baseLrs.map((rate) => annealingCos(rate, etaMin, this.lastEpoch / tMax));
  }
}

/**
 * Falls along a cosine to `etaMin` and starts anew (SGDR, Loshchilov and Hutter 2017): after `t0`
 * steps, then after `tMult` times as many each time.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<{
  t0: number;
  tMult: number;
  etaMin: number;
  /** Steps since the last start. */
  tCur: number;
  /** Steps from that start to the next. */
  tI: number;
}> {
  /** Defaults: tMult 1, etaMin 0, lastEpoch -1. */
  constructor(optimizer: ScheduledOptimizer, t0: number, tMult = 1, etaMin = 0, lastEpoch = -1) {
    requireCount('t0', t0);
    requireCount('tMult', tMult);
    super(optimizer, { t0, tMult, etaMin, tCur: lastEpoch, tI: t0 }, lastEpoch);
  }

  override step(): void {
    const { settings } = this;
    if (this.lastEpoch < 0) {
      settings.tCur = 0;
      settings.tI = settings.t0;
    } else if (++settings.tCur >= settings.tI) {
      settings.tCur -= settings.tI;
      settings.tI *= settings.tMult;
    }
    super.step();
  }

  protected override rates(): readonly number[] {
    const { etaMin, tCur, tI } = this.settings;
    return this.baseLrs.map((rate) => annealingCos(rate, etaMin, tCur / tI));
  }
}
