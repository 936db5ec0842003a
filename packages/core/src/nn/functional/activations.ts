import { functions } from '../../ops/install.js';
import type { Generator } from '../../random.js';
import type { DType } from '../../tensor/dtype.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { switchedBy } from './switched.js';

export interface InplaceOption {
  /** Overwrites the input. Default false. */
  inplace?: boolean;
}

/** An activation without arguments. */
export type Activation = (input: Tensor, options?: InplaceOption) => Tensor;

/** An activation with one number, which is given in its place or by its name. */
export interface ActivationWith<Name extends string> {
  (input: Tensor, value?: number, options?: InplaceOption): Tensor;
  (input: Tensor, options: { readonly [N in Name]?: number } & InplaceOption): Tensor;
}

export interface HardtanhOptions extends InplaceOption {
  /** Default -1. */
  minVal?: number;
  /** Default 1. */
  maxVal?: number;
}

export interface RReluCall extends InplaceOption {
  /** Draws the slopes instead of taking the middle of their range. Default false. */
  training?: boolean;
  /** Draws from this generator instead of the device's default one. */
  generator?: Generator;
}

export interface RReluOptions extends RReluCall {
  /** Smallest slope. Default 1/8. */
  lower?: number;
  /** Largest slope. Default 1/3. */
  upper?: number;
}

type Operator = (...given: never[]) => Tensor;

/** One function of two operators: with the option `inplace` the one that overwrites its input. */
function withInplace(pure: Operator, overwriting: Operator): (...given: unknown[]) => Tensor {
  return switchedBy('inplace', pure, overwriting);
}

const { torch, nn } = functions;

/** max(x, 0). */
export const relu: Activation = withInplace(torch.relu, torch.relu_);

/** min(max(x, 0), 6). */
export const relu6: Activation = withInplace(nn.relu6, nn.relu6_);

/** x where x > 0, else alpha (eˣ - 1), alpha 1 unless given (Clevert et al. 2015). */
export const elu: ActivationWith<'alpha'> = withInplace(nn.elu, nn.elu_);

/** max(x, 0) + min(0, alpha (e^(x/alpha) - 1)), alpha 1 unless given (Barron 2017). */
export const celu: ActivationWith<'alpha'> = withInplace(torch.celu, torch.celu_);

/** ELU scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu: Activation = withInplace(torch.selu, torch.selu_);

/** x where x > 0, else negativeSlope x; the slope is 0.01 unless given. */
export const leakyRelu: ActivationWith<'negativeSlope'> = withInplace(nn.leakyRelu, nn.leakyRelu_);

/** x σ(x), also named swish. */
export const silu: Activation = withInplace(nn.silu, nn.silu_);

/** x tanh(softplus(x)) (Misra 2019). */
export const mish: Activation = withInplace(nn.mish, nn.mish_);

/** min(max(x + 3, 0), 6) / 6. */
export const hardsigmoid: Activation = withInplace(nn.hardsigmoid, nn.hardsigmoid_);

/** x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019). */
export const hardswish: Activation = withInplace(nn.hardswish, nn.hardswish_);

/** x clamped to [minVal, maxVal], [-1, 1] unless given. */
export const hardtanh: {
  (input: Tensor, minVal?: number, maxVal?: number, options?: InplaceOption): Tensor;
  (input: Tensor, options: HardtanhOptions): Tensor;
} = withInplace(nn.hardtanh, nn.hardtanh_);

/** x where x > threshold, else value. */
export const threshold: (
  input: Tensor,
  threshold: number,
  value: number,
  options?: InplaceOption,
) => Tensor = withInplace(torch.threshold, torch.threshold_);

/**
 * x where x ≥ 0, else a x; in training each a is drawn from U(lower, upper), [1/8, 1/3] unless
 * given, else it is their mean (Xu et al. 2015).
 */
export const rrelu: {
  (input: Tensor, lower?: number, upper?: number, options?: RReluCall): Tensor;
  (input: Tensor, options: RReluOptions): Tensor;
} = withInplace(torch.rrelu, torch.rrelu_);

/** x - tanh(x). */
export function tanhshrink(input: Tensor): Tensor {
  return tidy(() => input.sub(input.tanh()));
}

/** x / (1 + |x|). */
export function softsign(input: Tensor): Tensor {
  return tidy(() => input.div(input.abs().add(1)));
}

/** softmax(-x) along `dim`. @param options.dtype casts the input before */
export function softmin(input: Tensor, dim: number, options: { dtype?: DType } = {}): Tensor {
  return tidy(() => torch.softmax(input.neg(), dim, options));
}

export interface GumbelSoftmaxOptions {
  /** Temperature. Default 1. */
  tau?: number;
  /** Gives one-hot vectors with the gradient of the soft ones. Default false. */
  hard?: boolean;
  /** Default -1. */
  dim?: number;
}

/** Draws from the Gumbel-softmax distribution (Jang et al. 2016). @param logits `[*, classes]` */
export function gumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { tau = 1, hard = false, dim = -1 } = options;
  return tidy(() => {
    const exponential = torch
      .emptyLike(logits, { memoryFormat: 'contiguousFormat' })
      .exponential_();
    const soft = logits.sub(exponential.log()).div(tau).softmax(dim);
    if (!hard) return soft;
    const oneHot = torch.zerosLike(soft).scatter_(dim, soft.argmax(dim, true), 1);
    return oneHot.sub(soft.detach()).add(soft);
  });
}
