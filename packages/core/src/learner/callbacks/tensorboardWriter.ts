import { join } from 'node:path';
import { checkOptions } from '../../tensor/options.js';
import { SummaryWriter } from '../../tensorboard/summaryWriter.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState } from '../state.js';
import { gradientStatistics } from './gradientStatistics.js';

export interface TensorboardOptions {
  /** Training batches from one loss to the next. Default 25. */
  lossIters?: number;
  /** Training batches from one distribution of the weights to the next. Default 500. */
  histIters?: number;
  /** Training batches from one statistic of the gradients to the next. Default 100. */
  statsIters?: number;
}

/**
 * Writes a run for TensorBoard to the folder `baseDir/name`: the training loss, the validation's
 * loss and metrics, distributions of the weights and statistics of the gradients. The steps are
 * training batches, counted over all fits of this callback.
 */
export class LearnerTensorboardWriter implements Callback {
  /** It sees the gradients as the step does: unscaled and clipped. */
  readonly order = 1001;
  readonly writer: SummaryWriter;
  readonly #learn: Learner;
  readonly #lossIters: number;
  readonly #histIters: number;
  readonly #statsIters: number;
  #step = 0;

  constructor(learn: Learner, baseDir: string, name: string, options: TensorboardOptions = {}) {
    checkOptions('LearnerTensorboardWriter', options, ['lossIters', 'histIters', 'statsIters']);
    this.#learn = learn;
    this.writer = new SummaryWriter(join(baseDir, name));
    this.#lossIters = options.lossIters ?? 25;
    this.#histIters = options.histIters ?? 500;
    this.#statsIters = options.statsIters ?? 100;
  }

  onBackwardEnd(): void {
    this.#step++;
    if (this.#step % this.#statsIters !== 0) return;
    const gradients = [...this.#learn.model.parameters()]
      .map(({ grad }) => grad)
      .filter((grad) => grad !== null);
    if (gradients.length === 0) return;
    for (const [name, value] of Object.entries(gradientStatistics(gradients))) {
      this.writer.addScalar(`model_stats/gradients/${name}`, value, this.#step);
    }
  }

  onBatchEnd({ train, lastLoss }: FitState): void {
    if (!train) return;
    if (this.#step % this.#lossIters === 0) {
      this.writer.addScalar('metrics/train_loss', lastLoss, this.#step);
    }
    if (this.#step % this.#histIters !== 0) return;
    for (const [name, parameter] of this.#learn.model.namedParameters()) {
      this.writer.addHistogram(`model/weights/${name}`, parameter, this.#step);
    }
  }

  onEpochEnd({ metrics, lastMetrics }: FitState): void {
    const names = ['valid_loss', ...metrics.map(({ name }) => name)];
    for (const [i, value] of lastMetrics.entries()) {
      if (value !== null) this.writer.addScalar(`metrics/${names[i]}`, value, this.#step);
    }
  }

  /** Closes the files; another fit begins new ones, which continue them. */
  onTrainEnd(): void {
    this.writer.close();
  }
}
