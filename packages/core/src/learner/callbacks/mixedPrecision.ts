import { type AutocastDType, autocast } from '../../amp/autocast.js';
import { GradScaler } from '../../amp/gradScaler.js';
import type { ModeGuard } from '../../autograd/gradMode.js';
import { clipGradNorm_ } from '../../nn/utils/clipGrad.js';
import type { DeviceType } from '../../tensor/dtype.js';
import { checkOptions } from '../../tensor/options.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Tensors } from '../batch.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState, Update } from '../state.js';

export interface MixedPrecisionOptions {
  /** What the model computes in. Default 'float16'. */
  dtype?: AutocastDType;
  /** Times the loss before backward. Default 65536, with `dynamic: false` 512. */
  lossScale?: number | null;
  /** Steps without an infinite gradient before the scale is doubled. Default 1000. */
  maxNoskip?: number;
  /** Fits the scale to the gradients. Default true. */
  dynamic?: boolean;
  /** Scales the gradients before each step so that their total norm is at most this. */
  clip?: number | null;
  /** The scale grows no further. Default 2^24. */
  maxScale?: number;
}

const optionNames = ['dtype', 'lossScale', 'maxNoskip', 'dynamic', 'clip', 'maxScale'] as const;

/**
 * Runs the model under autocast, in training and validation, and computes the loss in float32.
 * The weights stay float32: no second copy of them is needed, as in fast.ai v2.
 *
 * In float16 the loss is multiplied by a scale before backward and the gradients are divided by it
 * before the step, see `amp.GradScaler`. A step whose gradients are not finite is left out, and
 * with `dynamic` the scale halved; after `maxNoskip` steps without one it is doubled. bfloat16 has
 * the range of float32 and needs no scale.
 */
export class MixedPrecision implements Callback {
  /** The model begins right after, and its output is float32 for the loss alone. */
  readonly order = 999;
  readonly #learn: Learner;
  readonly #dtype: AutocastDType;
  readonly #clip: number | null;
  readonly #fixedScale: number | undefined;
  readonly #maxScale: number;
  readonly #scaler: GradScaler;
  #mode: ModeGuard | undefined;
  #loss: Tensor | undefined;

  /** @throws TypeError for an unknown option; RangeError for a scale that is not positive */
  constructor(learn: Learner, options: MixedPrecisionOptions = {}) {
    checkOptions('MixedPrecision', options, optionNames);
    const { dtype = 'float16', maxNoskip = 1000, dynamic = true, clip = null } = options;
    const { maxScale = 2 ** 24 } = options;
    const lossScale = options.lossScale ?? (dynamic ? 2 ** 16 : 512);
    if (!(lossScale > 0)) {
      throw new RangeError(`MixedPrecision: lossScale must be above 0, got ${lossScale}`);
    }
    if (clip !== null && !(clip > 0)) {
      throw new RangeError(`MixedPrecision: clip must be above 0, got ${clip}`);
    }
    this.#learn = learn;
    this.#dtype = dtype;
    this.#clip = clip;
    this.#fixedScale = dynamic ? undefined : lossScale;
    this.#maxScale = maxScale;
    this.#scaler = new GradScaler(this.#deviceType, {
      initScale: lossScale,
      growthInterval: maxNoskip,
      enabled: dtype === 'float16',
    });
  }

  get #deviceType(): DeviceType {
    return this.#learn.data.device.split(':', 1)[0] as DeviceType;
  }

  /** What the loss is multiplied by now; 1 in bfloat16. */
  get lossScale(): number {
    return this.#scaler.getScale();
  }

  onBatchBegin(): void {
    const mode = autocast({ deviceType: this.#deviceType, dtype: this.#dtype });
    this.#mode = mode;
    // A batch is synchronous. Should it fail on the way, this ends before anything else runs.
    queueMicrotask(() => mode[Symbol.dispose]());
  }

  onLossBegin({ lastOutput }: FitState): Update {
    this.#mode?.[Symbol.dispose]();
    return { lastOutput: toFloat32(lastOutput) };
  }

  onBackwardBegin({ lastLoss }: FitState): Update {
    this.#loss = lastLoss;
    return { lastLoss: this.#scaler.scale(lastLoss) };
  }

  /** Gradients that are to be added to others keep their scale until the step. */
  onBackwardEnd({ skipStep }: FitState): Update {
    const lastLoss = this.#loss;
    this.#loss = undefined;
    if (skipStep) return { lastLoss };
    if (!this.#unscale()) return { lastLoss, skipStep: true };
    if (this.#clip !== null) clipGradNorm_(this.#learn.model.parameters(), this.#clip);
    return { lastLoss };
  }

  /** Divides the gradients by the scale and finds the next one. @returns are all finite? */
  #unscale(): boolean {
    const { paramGroups } = this.#learn.opt.optimizer;
    const hasGradients = paramGroups.some(({ params }) => params.some(({ grad }) => grad !== null));
    if (!hasGradients) return true;
    let finite = false;
    this.#scaler.step({
      paramGroups,
      step() {
        finite = true;
      },
    });
    this.#scaler.update(this.#fixedScale);
    if (this.#scaler.getScale() > this.#maxScale) this.#scaler.update(this.#maxScale);
    return finite;
  }

  /** Between fits the scale is a number: no tensor is left. */
  onTrainEnd(): void {
    const state = this.#scaler.stateDict();
    this.#scaler.dispose();
    this.#scaler.loadStateDict(state);
  }
}

function toFloat32(tensors: Tensors): Tensors {
  if (!(tensors instanceof Tensor)) return tensors.map((tensor) => toFloat32(tensor) as Tensor);
  const isShort = tensors.dtype === 'float16' || tensors.dtype === 'bfloat16';
  return isShort ? tensors.float() : tensors;
}
