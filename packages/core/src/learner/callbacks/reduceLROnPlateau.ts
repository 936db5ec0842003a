import type { Learner } from '../learner.js';
import { say } from '../progress/progressCallback.js';
import { type PatienceOptions, PatientTracker } from './patience.js';

export interface ReduceLROnPlateauCallbackOptions extends PatienceOptions {
  /** The rates are multiplied by this. Default 0.2. */
  factor?: number;
  /** A rate of the last layer group that is not above this is left. Default 0.001. */
  minLr?: number;
}

/**
 * Reduces the learning rates when nothing has improved for more epochs than its patience. The
 * layer groups' rates keep their ratios. It is for fits without a schedule of rates.
 */
export class ReduceLROnPlateauCallback extends PatientTracker {
  readonly factor: number;
  readonly minLr: number;

  constructor(learn: Learner, options: ReduceLROnPlateauCallbackOptions = {}) {
    super(learn, options, ['factor', 'minLr']);
    this.factor = options.factor ?? 0.2;
    this.minLr = options.minLr ?? 0.001;
  }

  protected override canAct(): boolean {
    return this.learn.opt.lr > this.minLr;
  }

  protected override act(epoch: number): void {
    const { opt } = this.learn;
    opt.lr = opt.lrs.map((lr) => lr * this.factor);
    say(this.learn, `Epoch ${epoch}: reducing lr to ${opt.lr}`);
  }
}
