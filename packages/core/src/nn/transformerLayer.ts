import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { MultiheadAttention } from './attention.js';
import { checkSize } from './checks.js';
import { Dropout } from './dropout.js';
import { relu } from './functional/activations.js';
import type { OptionalMask } from './functional/attentionMasks.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { LayerNorm } from './normalization.js';

/** An activation by its name, as a function, or as a layer. */
export type TransformerActivation = 'relu' | 'gelu' | ((input: Tensor) => Tensor) | Module;

export interface TransformerLayerOptions {
  /** Features between the two linear maps. Default 2048. */
  dimFeedforward?: number;
  /** Probability of dropout, in training. Default 0.1. */
  dropout?: number;
  /** Between the two linear maps. Default 'relu'. */
  activation?: TransformerActivation;
  /** Added to the variance in the layer norms. Default 1e-5. */
  layerNormEps?: number;
  /** Inputs and output are `[batch, length, *]` instead of `[length, batch, *]`. Default false. */
  batchFirst?: boolean;
  /** Normalises before attention and linear maps instead of after. Default false. */
  normFirst?: boolean;
  /** Adds learned biases to linear maps and layer norms. Default true. */
  bias?: boolean;
  device?: Device;
  dtype?: DType;
}

export const transformerLayerOptions = [
  'dimFeedforward',
  'dropout',
  'activation',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
  'device',
  'dtype',
] as const;

/** Makes the parts of a layer, each one new. */
export interface LayerParts {
  attention(): MultiheadAttention;
  linearIn(): Linear;
  linearOut(): Linear;
  norm(): LayerNorm;
  dropout(): Dropout;
  readonly activation: ((input: Tensor) => Tensor) | Module;
}

/** @throws RangeError for sizes that are not positive, or another activation */
export function layerParts(
  owner: string,
  dModel: number,
  nhead: number,
  options: TransformerLayerOptions,
): LayerParts {
  checkOptions(owner, options, transformerLayerOptions);
  const { dimFeedforward = 2048, dropout = 0.1, layerNormEps = 1e-5 } = options;
  const { batchFirst = false, bias = true, device, dtype } = options;
  checkSize(owner, 'dModel', dModel, 1);
  checkSize(owner, 'dimFeedforward', dimFeedforward);
  const shared = { bias, device, dtype };
  return {
    attention: () => new MultiheadAttention(dModel, nhead, { ...shared, dropout, batchFirst }),
    linearIn: () => new Linear(dModel, dimFeedforward, shared),
    linearOut: () => new Linear(dimFeedforward, dModel, shared),
    norm: () => new LayerNorm(dModel, { ...shared, eps: layerNormEps }),
    dropout: () => new Dropout(dropout),
    activation: activationOf(owner, options.activation ?? 'relu'),
  };
}

function activationOf(
  owner: string,
  given: TransformerActivation,
): ((input: Tensor) => Tensor) | Module {
  if (given === 'relu') return relu;
  if (given === 'gelu') return functions.nn.gelu;
  if (typeof given === 'function' || given instanceof Module) return given;
  throw new RangeError(
    `${owner}: activation must be 'relu', 'gelu', a function or a Module, got '${String(given)}'`,
  );
}

/** What the layers of encoder and decoder do alike. */
export abstract class TransformerLayer<In extends readonly unknown[]> extends Module<In> {
  abstract linear1: Linear;
  abstract dropout: Dropout;
  abstract linear2: Linear;
  abstract activation: ((input: Tensor) => Tensor) | Module;
  abstract normFirst: boolean;

  /** The residual connection around `block`, normalised before or after. */
  protected residual(input: Tensor, norm: LayerNorm, block: (x: Tensor) => Tensor): Tensor {
    if (this.normFirst) return input.add(block(norm.call(input)));
    return norm.call(input.add(block(input)));
  }

  protected attend(
    attention: MultiheadAttention,
    query: Tensor,
    memory: Tensor,
    attnMask: OptionalMask,
    keyPaddingMask: OptionalMask,
    isCausal: boolean,
  ): Tensor {
    const masks = { attnMask: attnMask ?? null, keyPaddingMask: keyPaddingMask ?? null, isCausal };
    return attention.call(query, memory, memory, { ...masks, needWeights: false })[0];
  }

  protected feedForward(input: Tensor): Tensor {
    const { activation, linear1, dropout, linear2 } = this;
    const inner = linear1.call(input);
    const active = activation instanceof Module ? activation.call(inner) : activation(inner);
    return linear2.call(dropout.call(active));
  }
}
