import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { MultiheadAttention } from './attention.js';
import { checkSize } from './checks.js';
import { ModuleList } from './container.js';
import type { Dropout } from './dropout.js';
import { additiveMask } from './functional/attentionMasks.js';
import { handleOf } from './functional/handles.js';
import { canFuseLayer, fusedEncoderLayer, nestedSteps } from './fusedAttention.js';
import type { Linear } from './linear.js';
import { Module } from './module.js';
import type { LayerNorm } from './normalization.js';
import { layerParts, TransformerLayer, type TransformerLayerOptions } from './transformerLayer.js';
import { causalHint } from './transformerMasks.js';

export interface TransformerEncoderLayerCall {
  /** What each step does not see; as `attnMask` of {@link MultiheadAttention}. */
  srcMask?: Tensor | null;
  /** Steps that are not seen; as `keyPaddingMask` of {@link MultiheadAttention}. */
  srcKeyPaddingMask?: Tensor | null;
  /** Says that `srcMask` is the causal one. Default false. */
  isCausal?: boolean;
}

/**
 * A layer of an encoder (Vaswani et al. 2017): attention to itself, then two linear maps with an
 * activation between them, each with dropout, a residual connection and a layer norm.
 */
export class TransformerEncoderLayer extends TransformerLayer<
  [src: Tensor, options?: TransformerEncoderLayerCall]
> {
  selfAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: ((input: Tensor) => Tensor) | Module;

  /**
   * @param dModel features of input and output
   * @param nhead heads of the attention
   * @throws RangeError for sizes that do not go together, or another activation
   */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    const parts = layerParts('TransformerEncoderLayer', dModel, nhead, options);
    this.selfAttn = parts.attention();
    this.linear1 = parts.linearIn();
    this.dropout = parts.dropout();
    this.linear2 = parts.linearOut();
    this.normFirst = options.normFirst ?? false;
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.dropout1 = parts.dropout();
    this.dropout2 = parts.dropout();
    this.activation = parts.activation;
  }

  /**
   * @param src `[length, batch, dModel]`, with `batchFirst` `[batch, length, dModel]`, without
   * batch `[length, dModel]`
   * @returns in the shape of `src`
   * @throws RangeError for shapes that do not fit
   */
  override call(src: Tensor, options: TransformerEncoderLayerCall = {}): Tensor {
    return super.call(src, options);
  }

  protected override forward(src: Tensor, options: TransformerEncoderLayerCall = {}): Tensor {
    const owner = 'TransformerEncoderLayer';
    checkOptions(owner, options, ['srcMask', 'srcKeyPaddingMask', 'isCausal']);
    handleOf(owner, 'src', src);
    const { srcMask, srcKeyPaddingMask, isCausal = false } = options;
    return tidy(() => {
      const { dtype } = src;
      const padding = additiveMask(owner, 'srcKeyPaddingMask', srcKeyPaddingMask, dtype, srcMask);
      const mask = additiveMask(owner, 'srcMask', srcMask, dtype);
      if (canFuseLayer(this, src) && !(isCausal && mask === null)) {
        return fusedEncoderLayer(this, src, mask, padding);
      }
      const attended = this.residual(src, this.norm1, (x) =>
        this.dropout1.call(this.attend(this.selfAttn, x, x, mask, padding, isCausal)),
      );
      return this.residual(attended, this.norm2, (x) => this.dropout2.call(this.feedForward(x)));
    });
  }
}

/** A layer that an encoder can be made of. */
export type AnyEncoderLayer = Module<[src: Tensor, options?: TransformerEncoderLayerCall]> & {
  readonly selfAttn: { readonly batchFirst: boolean };
};

export interface TransformerEncoderOptions {
  /** Applied to what the last layer gives. Default none. */
  norm?: Module | null;
  /**
   * Leaves out steps that are not seen, where the fused layers run and there is no other mask; the
   * last layer then gives 0 for them. Default true.
   */
  enableNestedTensor?: boolean;
  /** Does so only where they are at the end of each sequence; looks at the mask. Default true. */
  maskCheck?: boolean;
}

export interface TransformerEncoderCall {
  /** What each step does not see; as `attnMask` of {@link MultiheadAttention}. */
  mask?: Tensor | null;
  /** Steps that are not seen; as `keyPaddingMask` of {@link MultiheadAttention}. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether `mask` is the causal one; null, the default, looks at it, which waits for the device. */
  isCausal?: boolean | null;
}

/** Layers of an encoder, one after the other, all copies of one. */
export class TransformerEncoder extends Module<[src: Tensor, options?: TransformerEncoderCall]> {
  readonly layers: ModuleList<AnyEncoderLayer>;
  readonly numLayers: number;
  norm: Module | null;
  readonly enableNestedTensor: boolean;
  readonly maskCheck: boolean;

  /**
   * @param encoderLayer is copied, and stays its owner's
   * @throws RangeError for a number of layers that is not positive
   */
  constructor(
    encoderLayer: AnyEncoderLayer,
    numLayers: number,
    options: TransformerEncoderOptions = {},
  ) {
    super();
    checkOptions('TransformerEncoder', options, ['norm', 'enableNestedTensor', 'maskCheck']);
    checkSize('TransformerEncoder', 'numLayers', numLayers, 1);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => encoderLayer.clone()));
    this.numLayers = numLayers;
    this.norm = options.norm ?? null;
    this.enableNestedTensor = options.enableNestedTensor ?? true;
    this.maskCheck = options.maskCheck ?? true;
  }

  /** Takes and gives what a layer does. @throws RangeError for shapes that do not fit */
  override call(src: Tensor, options: TransformerEncoderCall = {}): Tensor {
    return super.call(src, options);
  }

  protected override forward(src: Tensor, options: TransformerEncoderCall = {}): Tensor {
    const owner = 'TransformerEncoder';
    checkOptions(owner, options, ['mask', 'srcKeyPaddingMask', 'isCausal']);
    handleOf(owner, 'src', src);
    const { mask, isCausal } = options;
    return tidy(() => {
      const { dtype } = src;
      const { srcKeyPaddingMask: given } = options;
      const padding = additiveMask(owner, 'srcKeyPaddingMask', given, dtype, mask);
      const srcMask = additiveMask(owner, 'mask', mask, dtype);
      const { batchFirst } = this.layers.at(0).selfAttn;
      const isCausalHint = causalHint(srcMask, isCausal, src, batchFirst);
      const seen = isCausalHint || srcMask !== null ? null : this.seenSteps(src, padding);
      let output = seen ?? src;
      const srcKeyPaddingMask = seen === null ? padding : null;
      for (const layer of this.layers) {
        output = layer.call(output, { srcMask, srcKeyPaddingMask, isCausal: isCausalHint });
      }
      if (seen !== null) output = output.toPaddedTensor(0, src.shape);
      return this.norm === null ? output : this.norm.call(output);
    });
  }

  /** The steps that are seen as a nested tensor; null where that is not possible. */
  private seenSteps(src: Tensor, padding: Tensor | null): Tensor | null {
    if (!this.enableNestedTensor || padding === null) return null;
    for (const layer of this.layers) {
      if (!(layer instanceof TransformerEncoderLayer && canFuseLayer(layer, src))) return null;
    }
    return nestedSteps(src, padding.logicalNot(), this.maskCheck);
  }
}
