import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { MultiheadAttention } from './attention.js';
import { checkSize } from './checks.js';
import { ModuleList } from './container.js';
import type { Dropout } from './dropout.js';
import { handleOf } from './functional/handles.js';
import type { Linear } from './linear.js';
import { Module } from './module.js';
import type { LayerNorm } from './normalization.js';
import { layerParts, TransformerLayer, type TransformerLayerOptions } from './transformerLayer.js';
import { causalHint } from './transformerMasks.js';

export interface TransformerDecoderLayerCall {
  /** What each target step does not see of the target; as `attnMask` of {@link MultiheadAttention}. */
  tgtMask?: Tensor | null;
  /** What each target step does not see of the memory. */
  memoryMask?: Tensor | null;
  /** Target steps that are not seen; as `keyPaddingMask` of {@link MultiheadAttention}. */
  tgtKeyPaddingMask?: Tensor | null;
  /** Steps of the memory that are not seen. */
  memoryKeyPaddingMask?: Tensor | null;
  /** Says that `tgtMask` is the causal one. Default false. */
  tgtIsCausal?: boolean;
  /** Says that `memoryMask` is the causal one. Default false. */
  memoryIsCausal?: boolean;
}

const callOptions = [
  'tgtMask',
  'memoryMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'tgtIsCausal',
  'memoryIsCausal',
];

/**
 * A layer of a decoder (Vaswani et al. 2017): attention to itself, attention to the memory, then two
 * linear maps with an activation between them, each with dropout, a residual connection and a layer
 * norm.
 */
export class TransformerDecoderLayer extends TransformerLayer<
  [tgt: Tensor, memory: Tensor, options?: TransformerDecoderLayerCall]
> {
  selfAttn: MultiheadAttention;
  multiheadAttn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  normFirst: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: ((input: Tensor) => Tensor) | Module;

  /**
   * @param dModel features of target, memory and output
   * @param nhead heads of both attentions
   * @throws RangeError for sizes that do not go together, or another activation
   */
  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super();
    const parts = layerParts('TransformerDecoderLayer', dModel, nhead, options);
    this.selfAttn = parts.attention();
    this.multiheadAttn = parts.attention();
    this.linear1 = parts.linearIn();
    this.dropout = parts.dropout();
    this.linear2 = parts.linearOut();
    this.normFirst = options.normFirst ?? false;
    this.norm1 = parts.norm();
    this.norm2 = parts.norm();
    this.norm3 = parts.norm();
    this.dropout1 = parts.dropout();
    this.dropout2 = parts.dropout();
    this.dropout3 = parts.dropout();
    this.activation = parts.activation;
  }

  /**
   * @param tgt `[target length, batch, dModel]`, with `batchFirst`
   * `[batch, target length, dModel]`, without batch `[target length, dModel]`
   * @param memory what the encoder gives, likewise with the source's length
   * @returns in the shape of `tgt`
   * @throws RangeError for shapes that do not fit
   */
  override call(tgt: Tensor, memory: Tensor, options: TransformerDecoderLayerCall = {}): Tensor {
    return super.call(tgt, memory, options);
  }

  protected override forward(
    tgt: Tensor,
    memory: Tensor,
    options: TransformerDecoderLayerCall = {},
  ): Tensor {
    checkOptions('TransformerDecoderLayer', options, callOptions);
    handleOf('TransformerDecoderLayer', 'tgt', tgt);
    const { tgtMask, memoryMask, tgtIsCausal = false, memoryIsCausal = false } = options;
    const { tgtKeyPaddingMask: tgtPadding, memoryKeyPaddingMask: memoryPadding } = options;
    return tidy(() => {
      const { selfAttn, multiheadAttn } = this;
      let output = this.residual(tgt, this.norm1, (x) =>
        this.dropout1.call(this.attend(selfAttn, x, x, tgtMask, tgtPadding, tgtIsCausal)),
      );
      output = this.residual(output, this.norm2, (x) =>
        this.dropout2.call(
          this.attend(multiheadAttn, x, memory, memoryMask, memoryPadding, memoryIsCausal),
        ),
      );
      return this.residual(output, this.norm3, (x) => this.dropout3.call(this.feedForward(x)));
    });
  }
}

/** A layer that a decoder can be made of. */
export type AnyDecoderLayer = Module<
  [tgt: Tensor, memory: Tensor, options?: TransformerDecoderLayerCall]
> & { readonly selfAttn: { readonly batchFirst: boolean } };

export interface TransformerDecoderOptions {
  /** Applied to what the last layer gives. Default none. */
  norm?: Module | null;
}

export interface TransformerDecoderCall extends Omit<TransformerDecoderLayerCall, 'tgtIsCausal'> {
  /**
   * Whether `tgtMask` is the causal one; null, the default, looks at it, which waits for the device.
   */
  tgtIsCausal?: boolean | null;
}

/** Layers of a decoder, one after the other, all copies of one. */
export class TransformerDecoder extends Module<
  [tgt: Tensor, memory: Tensor, options?: TransformerDecoderCall]
> {
  readonly layers: ModuleList<AnyDecoderLayer>;
  readonly numLayers: number;
  norm: Module | null;

  /**
   * @param decoderLayer is copied, and stays its owner's
   * @throws RangeError for a number of layers that is not positive
   */
  constructor(
    decoderLayer: AnyDecoderLayer,
    numLayers: number,
    options: TransformerDecoderOptions = {},
  ) {
    super();
    checkOptions('TransformerDecoder', options, ['norm']);
    checkSize('TransformerDecoder', 'numLayers', numLayers, 1);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => decoderLayer.clone()));
    this.numLayers = numLayers;
    this.norm = options.norm ?? null;
  }

  /** Takes and gives what a layer does. @throws RangeError for shapes that do not fit */
  override call(tgt: Tensor, memory: Tensor, options: TransformerDecoderCall = {}): Tensor {
    return super.call(tgt, memory, options);
  }

  protected override forward(
    tgt: Tensor,
    memory: Tensor,
    options: TransformerDecoderCall = {},
  ): Tensor {
    checkOptions('TransformerDecoder', options, callOptions);
    handleOf('TransformerDecoder', 'tgt', tgt);
    return tidy(() => {
      const { batchFirst } = this.layers.at(0).selfAttn;
      const tgtIsCausal = causalHint(options.tgtMask, options.tgtIsCausal, tgt, batchFirst);
      let output = tgt;
      for (const layer of this.layers) {
        output = layer.call(output, memory, { ...options, tgtIsCausal });
      }
      return this.norm === null ? output : this.norm.call(output);
    });
  }
}
