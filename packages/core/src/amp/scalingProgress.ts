import type { Device } from '../tensor/dtype.js';
import { keep } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ScaledOptimizer } from './unscale.js';

/** How far an optimiser is: its gradients are checked, divided by the scale, or used in a step. */
type Stage = 'checked' | 'unscaled' | 'stepped';

interface Entry {
  stage: Stage;
  /** float32 `[]` by device: 1 where a gradient was not finite, else 0. */
  readonly foundInf: ReadonlyMap<Device, Tensor>;
}

/** What became of the optimisers' gradients since the last update of the scale. */
export class ScalingProgress {
  readonly #entries = new Map<ScaledOptimizer, Entry>();

  stageOf(optimizer: ScaledOptimizer): Stage | undefined {
    return this.#entries.get(optimizer)?.stage;
  }

  /** Remembers what was found among an optimiser's gradients; no scope frees it. */
  record(optimizer: ScaledOptimizer, stage: Stage, foundInf: ReadonlyMap<Device, Tensor>): void {
    for (const tensor of this.#entries.get(optimizer)?.foundInf.values() ?? []) tensor.dispose();
    for (const tensor of foundInf.values()) keep(tensor);
    this.#entries.set(optimizer, { stage, foundInf });
  }

  stepped(optimizer: ScaledOptimizer): void {
    const entry = this.#entries.get(optimizer);
    if (entry !== undefined) entry.stage = 'stepped';
  }

  /**
   * Was a gradient of this optimiser, or of any, not finite? float32 `[]` on the device: 1 or 0.
   * @throws Error where there was no gradient
   */
  foundInf(method: string, device: Device, optimizer?: ScaledOptimizer): Tensor {
    const entries = [...this.#entries].filter(
      ([of]) => optimizer === undefined || of === optimizer,
    );
    const found = entries.flatMap(([, { foundInf }]) => [...foundInf.values()]);
    if (found.length === 0) throw new Error(`${method}(): there was no gradient to look at`);
    return found
      .map((tensor) => tensor.to({ device, nonBlocking: true }))
      .reduce((any, tensor) => any.maximum(tensor));
  }

  *tensors(): Generator<Tensor> {
    for (const { foundInf } of this.#entries.values()) yield* foundInf.values();
  }

  clear(): void {
    for (const tensor of this.tensors()) tensor.dispose();
    this.#entries.clear();
  }
}
