import { noGrad, tidy } from '@flambeau/core';
import { RentalModel } from './model.js';
import { type Hour, inputOf } from './rentals.js';
import type { Snapshot, Weights } from './train.js';

/** Which weights are served. */
export interface Version {
  readonly fit: number;
  /** From 0. */
  readonly epoch: number;
  readonly validLoss: number;
}

/** The model that answers, with the last good weights. */
export class Predictor implements Disposable {
  readonly #model = new RentalModel().eval();
  #version: Version | null = null;

  /** None before the first epoch of the first fit. */
  get version(): Version | null {
    return this.#version;
  }

  /** The weights that are served; they share the model's data, and are the caller's. */
  weights(): Weights | null {
    return this.#version === null ? null : this.#model.stateDict();
  }

  /** Serves other weights from the next request on: nothing runs between them. */
  load(fit: number, { epoch, validLoss, weights }: Snapshot): void {
    this.#model.loadStateDict(weights);
    this.#version = { fit, epoch, validLoss };
  }

  /** Bicycles that will be rented in each hour. */
  predict(hours: readonly Hour[]): number[] {
    return noGrad(() =>
      tidy(() => {
        const hundreds = this.#model.call(inputOf(hours)).squeeze(1);
        return hundreds.mul(100).toArray() as number[];
      }),
    );
  }

  [Symbol.dispose](): void {
    this.#model.dispose();
  }
}
