import type { Learner } from '../learner.js';
import { say } from '../progress/progressCallback.js';
import type { Update } from '../state.js';
import { type PatienceOptions, PatientTracker } from './patience.js';

/** Ends the fit when nothing has improved for more epochs than its patience. */
export class EarlyStoppingCallback extends PatientTracker {
  constructor(learn: Learner, options: PatienceOptions = {}) {
    super(learn, options, []);
  }

  protected override act(epoch: number): Update {
    say(this.learn, `Epoch ${epoch}: early stopping`);
    return { stopTraining: true };
  }
}
