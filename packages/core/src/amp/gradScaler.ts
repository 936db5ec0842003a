import { native } from '@flambeau/native';
import { noGrad } from '../autograd/gradMode.js';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import type { Device, DeviceType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { keep, type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { ScalingProgress } from './scalingProgress.js';
import { type ScaledOptimizer, unscaleGradients } from './unscale.js';

/** What {@link GradScaler} can be given. */
export interface GradScalerOptions {
  /** Default 65536. */
  readonly initScale?: number;
  /** Times the scale, after `growthInterval` steps without an infinite gradient. Default 2. */
  readonly growthFactor?: number;
  /** Times the scale, after a step with one. Default 0.5. */
  readonly backoffFactor?: number;
  /** Default 2000. */
  readonly growthInterval?: number;
  /** False: scales nothing, and `step` is the optimiser's. Default true. */
  readonly enabled?: boolean;
}

/** Under Python's names; empty for a scaler that is not enabled. */
export interface GradScalerStateDict {
  readonly scale?: number;
  readonly growth_factor?: number;
  readonly backoff_factor?: number;
  readonly growth_interval?: number;
  readonly _growth_tracker?: number;
}

/**
 * An optimiser whose step can undo the scale itself, and leave itself out, by the two tensors that
 * are set around it: the fused kernels do.
 */
interface ScalingOptimizer extends ScaledOptimizer {
  readonly stepSupportsAmpScaling: boolean;
  gradScale: Tensor | null;
  foundInf: Tensor | null;
}

const stateNames = [
  'scale',
  'growth_factor',
  'backoff_factor',
  'growth_interval',
  '_growth_tracker',
] as const;

/**
 * Keeps small float16 gradients from becoming zero: the loss is multiplied by a scale before
 * backward, the gradients divided by it before the step. A step whose gradients have an infinity
 * or NaN is left out and makes the scale smaller; many good ones make it larger.
 *
 * ```ts
 * const scaler = new amp.GradScaler('cuda');
 * const loss = amp.autocast('cuda', () => lossOf(model.call(x), y));
 * scaler.scale(loss).backward();
 * scaler.unscale_(optimizer); // only where the gradients are looked at, or clipped
 * scaler.step(optimizer);
 * scaler.update();
 * ```
 *
 * The numbers and rules are those of `torch.amp.GradScaler`.
 */
export class GradScaler implements Disposable, TensorHolder {
  readonly #enabled: boolean;
  readonly #progress = new ScalingProgress();
  growthFactor: number;
  backoffFactor: number;
  growthInterval: number;
  #initScale: number;
  #initGrowthTracker = 0;
  /** float32 and int32 `[]`, made on the device of the first output. */
  #scale: Tensor | undefined;
  #growthTracker: Tensor | undefined;

  /**
   * @param device where the model is; for 'cuda' without a GPU it warns, and is not enabled
   * @throws RangeError unless growthFactor > 1 and backoffFactor < 1
   */
  constructor(device: DeviceType = 'cuda', options: GradScalerOptions = {}) {
    checkOptions('GradScaler', options, [
      'initScale',
      'growthFactor',
      'backoffFactor',
      'growthInterval',
      'enabled',
    ]);
    const { enabled = true, growthFactor = 2, backoffFactor = 0.5 } = options;
    const missing = enabled && device === 'cuda' && !native.cudaIsAvailable();
    if (missing) {
      process.emitWarning('GradScaler for cuda does nothing: no GPU is available', 'TorchWarning');
    }
    if (!(growthFactor > 1)) {
      throw new RangeError(`GradScaler: growthFactor must be above 1, got ${growthFactor}`);
    }
    if (!(backoffFactor < 1)) {
      throw new RangeError(`GradScaler: backoffFactor must be below 1, got ${backoffFactor}`);
    }
    this.#enabled = enabled && !missing;
    this.#initScale = options.initScale ?? 2 ** 16;
    this.growthFactor = growthFactor;
    this.backoffFactor = backoffFactor;
    this.growthInterval = options.growthInterval ?? 2000;
  }

  isEnabled(): boolean {
    return this.#enabled;
  }

  /** The scale; 1 when not enabled. Waits for a GPU. */
  getScale(): number {
    if (!this.#enabled) return 1;
    return this.#scale === undefined ? this.#initScale : Number(this.#scale.item());
  }

  /** The loss, or several, times the scale. */
  scale(outputs: Tensor): Tensor;
  scale(outputs: Iterable<Tensor>): Tensor[];
  scale(outputs: Tensor | Iterable<Tensor>): Tensor | Tensor[] {
    if (!(outputs instanceof Tensor)) return [...outputs].map((output) => this.scale(output));
    if (!this.#enabled) return outputs;
    const scale = this.#scale ?? this.#begin(outputs.device);
    return outputs.mul(scale.to({ device: outputs.device, nonBlocking: true }));
  }

  /**
   * Divides the gradients of an optimiser by the scale now, before its step.
   * @throws Error the second time before {@link update}, or after the step
   * @throws TypeError for gradients in float16: the weights must be float32
   */
  unscale_(optimizer: ScaledOptimizer): void {
    if (!this.#enabled) return;
    const scale = this.#started('unscale_');
    const stage = this.#progress.stageOf(optimizer);
    if (stage === 'unscaled') throw new Error('unscale_() was called since the last update()');
    if (stage === 'stepped') throw new Error('unscale_() comes before step()');
    const foundInf = tidy(() =>
      unscaleGradients(optimizer, scale.to('float64').reciprocal().to('float32'), false),
    );
    this.#progress.record(optimizer, 'unscaled', foundInf);
  }

  /**
   * Divides the gradients by the scale, where that was not done, and makes the optimiser's step,
   * unless one of them is not finite. Fused kernels do it all in one, without waiting for a GPU.
   * @throws Error the second time before {@link update}, or without a gradient
   */
  step(optimizer: ScaledOptimizer): void {
    if (!this.#enabled) {
      optimizer.step();
      return;
    }
    const scale = this.#started('step');
    if (this.#progress.stageOf(optimizer) === 'stepped') {
      throw new Error('step() was called since the last update()');
    }
    if (supportsScaling(optimizer)) this.#stepFused(optimizer, scale);
    else this.#stepUnlessInf(optimizer, scale);
    this.#progress.stepped(optimizer);
  }

  #stepFused(optimizer: ScalingOptimizer, scale: Tensor): void {
    const unscaled = this.#progress.stageOf(optimizer) === 'unscaled';
    if (!unscaled) {
      const foundInf = tidy(() => {
        const one = functions.torch.ones([], { device: scale.device });
        return unscaleGradients(optimizer, one, true);
      });
      this.#progress.record(optimizer, 'checked', foundInf);
    }
    tidy(() => {
      optimizer.gradScale = unscaled ? null : scale;
      optimizer.foundInf = this.#progress.foundInf('step', scale.device, optimizer);
      try {
        optimizer.step();
      } finally {
        optimizer.gradScale = null;
        optimizer.foundInf = null;
      }
    });
  }

  #stepUnlessInf(optimizer: ScaledOptimizer, scale: Tensor): void {
    if (this.#progress.stageOf(optimizer) !== 'unscaled') this.unscale_(optimizer);
    const found = tidy(() => this.#progress.foundInf('step', scale.device, optimizer).item());
    if (found === 0) optimizer.step();
  }

  /**
   * Ends an iteration: makes the scale smaller or larger by how the steps went.
   * @param newScale sets it instead: a number, or a tensor of one element
   * @throws Error when no step or {@link unscale_} came before
   */
  update(newScale?: number | Tensor): void {
    if (!this.#enabled) return;
    const scale = this.#started('update');
    noGrad(() =>
      tidy(() => {
        if (newScale instanceof Tensor) {
          checkScale(newScale);
          scale.copy_(newScale.reshape([]));
        } else if (newScale !== undefined) scale.fill_(newScale);
        else {
          aten('_amp_update_scale_')(
            scale.handle,
            (this.#growthTracker as Tensor).handle,
            this.#progress.foundInf('update', scale.device).handle,
            this.growthFactor,
            this.backoffFactor,
            this.growthInterval,
          );
        }
      }),
    );
    this.#progress.clear();
  }

  stateDict(): GradScalerStateDict {
    if (!this.#enabled) return {};
    const tracker = this.#growthTracker;
    return {
      scale: this.getScale(),
      growth_factor: this.growthFactor,
      backoff_factor: this.backoffFactor,
      growth_interval: this.growthInterval,
      _growth_tracker: tracker === undefined ? this.#initGrowthTracker : Number(tracker.item()),
    };
  }

  /**
   * Does nothing when not enabled.
   * @throws TypeError for an entry that is missing, such as all of a scaler that was not enabled
   */
  loadStateDict(state: GradScalerStateDict): void {
    if (!this.#enabled) return;
    const [scale, growthFactor, backoffFactor, growthInterval, tracker] = stateNames.map((name) => {
      const value = state[name];
      if (typeof value === 'number') return value;
      throw new TypeError(`the state of a GradScaler must have a number '${name}', got ${value}`);
    }) as [number, number, number, number, number];
    this.growthFactor = growthFactor;
    this.backoffFactor = backoffFactor;
    this.growthInterval = growthInterval;
    this.#initScale = scale;
    this.#initGrowthTracker = tracker;
    this.#scale?.fill_(scale);
    this.#growthTracker?.fill_(tracker);
  }

  #begin(device: Device): Tensor {
    const { full } = functions.torch;
    const make = (value: number, dtype: 'float32' | 'int32') =>
      keep(full([], value, { dtype, device }));
    this.#growthTracker = make(this.#initGrowthTracker, 'int32');
    this.#scale = make(this.#initScale, 'float32');
    return this.#scale;
  }

  #started(method: string): Tensor {
    if (this.#scale !== undefined) return this.#scale;
    throw new Error(`${method}() needs scale() first, with the loss of this iteration`);
  }

  *[tensorsOf](): Generator<Tensor> {
    yield* this.#progress.tensors();
    if (this.#scale !== undefined) yield this.#scale;
    if (this.#growthTracker !== undefined) yield this.#growthTracker;
  }

  /** Frees the scale. */
  dispose(): void {
    this.#progress.clear();
    this.#scale?.dispose();
    this.#growthTracker?.dispose();
    this.#scale = undefined;
    this.#growthTracker = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function supportsScaling(optimizer: ScaledOptimizer): optimizer is ScalingOptimizer {
  return (optimizer as Partial<ScalingOptimizer>).stepSupportsAmpScaling === true;
}

function checkScale(scale: Tensor): void {
  if (scale.numel() === 1 && !scale.requiresGrad) return;
  throw new RangeError(
    `a new scale must have one element and no gradient, got [${scale.shape}]` +
      `${scale.requiresGrad ? ' that requires one' : ''}`,
  );
}
