import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../io/atomicFile.js';
import { checkOptions } from '../../tensor/options.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState, Update } from '../state.js';

export interface TrackEpochOptions {
  /** The file in the learner's folder of models. Default 'epoch'. */
  name?: string;
}

/**
 * Keeps the number of the last finished epoch in a file, so that the same fit, started again after
 * it was interrupted, goes on with the next one.
 */
export class TrackEpochCallback implements Callback {
  /** Before schedules are made. */
  readonly order = -20;
  /** Where the file is. */
  readonly path: string;

  constructor(learn: Learner, options: TrackEpochOptions = {}) {
    checkOptions('TrackEpochCallback', options, ['name']);
    this.path = join(learn.path, learn.modelDir, options.name ?? 'epoch');
  }

  /** @throws RangeError when the file has no number of an epoch */
  onTrainBegin(): Update {
    const last = this.#lastEpoch();
    if (last !== undefined) return { epoch: last + 1 };
  }

  onEpochEnd({ epoch }: FitState): void {
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileAtomic(this.path, [Buffer.from(`${epoch}`)]);
  }

  /** Removes the file: the next fit begins at epoch 0. */
  restart(): void {
    rmSync(this.path, { force: true });
  }

  #lastEpoch(): number | undefined {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    if (!/^\d+$/.test(text)) {
      throw new RangeError(`${this.path} must hold the number of an epoch, got '${text}'`);
    }
    return Number(text);
  }
}
