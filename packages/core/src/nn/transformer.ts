import type { Device, DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { causalMask } from './functional/attentionMasks.js';
import { handleOf } from './functional/handles.js';
import { xavierUniform_ } from './init.js';
import { Module } from './module.js';
import { LayerNorm } from './normalization.js';
import { shapeText } from './shapes.js';
import {
  TransformerDecoder,
  type TransformerDecoderCall,
  TransformerDecoderLayer,
} from './transformerDecoder.js';
import {
  TransformerEncoder,
  type TransformerEncoderCall,
  TransformerEncoderLayer,
} from './transformerEncoder.js';
import { type TransformerLayerOptions, transformerLayerOptions } from './transformerLayer.js';

export interface TransformerOptions extends TransformerLayerOptions {
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
  /** Instead of the encoder that the other options describe. */
  customEncoder?: Module<[src: Tensor, options?: TransformerEncoderCall]> | null;
  /** Instead of the decoder that the other options describe. */
  customDecoder?: Module<[tgt: Tensor, memory: Tensor, options?: TransformerDecoderCall]> | null;
}

const knownOptions = [
  ...transformerLayerOptions,
  'numEncoderLayers',
  'numDecoderLayers',
  'customEncoder',
  'customDecoder',
];

export interface TransformerCall extends TransformerDecoderCall {
  /** What each source step does not see; as `attnMask` of {@link MultiheadAttention}. */
  srcMask?: Tensor | null;
  /** Source steps that are not seen; as `keyPaddingMask` of {@link MultiheadAttention}. */
  srcKeyPaddingMask?: Tensor | null;
  /** Whether `srcMask` is the causal one; null, the default, looks at it, which waits for the device. */
  srcIsCausal?: boolean | null;
}

/**
 * An encoder and a decoder with attention to what it gives (Vaswani et al. 2017), both with a layer
 * norm at the end. All weights of more than one dimension begin as Xavier's uniform distribution.
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, options?: TransformerCall]> {
  encoder: Module<[src: Tensor, options?: TransformerEncoderCall]>;
  decoder: Module<[tgt: Tensor, memory: Tensor, options?: TransformerDecoderCall]>;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  /**
   * The mask that lets each step see itself and those before, `[size, size]`: -Infinity above the
   * diagonal, else 0.
   */
  static generateSquareSubsequentMask(
    size: number,
    options: { device?: Device; dtype?: DType } = {},
  ): Tensor {
    return causalMask(size, options);
  }

  /**
   * @param dModel features of source, target and output
   * @param nhead heads of the attentions
   * @throws RangeError for sizes that do not go together, or another activation
   */
  constructor(dModel = 512, nhead = 8, options: TransformerOptions = {}) {
    super();
    checkOptions('Transformer', options, knownOptions);
    const { numEncoderLayers = 6, numDecoderLayers = 6, ...others } = options;
    const { customEncoder, customDecoder, ...layer } = others;
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = options.batchFirst ?? false;
    this.encoder = customEncoder ?? makeEncoder(dModel, nhead, numEncoderLayers, layer);
    this.decoder = customDecoder ?? makeDecoder(dModel, nhead, numDecoderLayers, layer);
    this.resetParameters();
  }

  /** Draws all weights of more than one dimension anew. */
  resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  /**
   * @param src `[source length, batch, dModel]`, with `batchFirst`
   * `[batch, source length, dModel]`, without batch `[source length, dModel]`
   * @param tgt likewise, with the target's length
   * @returns in the shape of `tgt`
   * @throws RangeError for shapes that do not go together
   */
  override call(src: Tensor, tgt: Tensor, options: TransformerCall = {}): Tensor {
    return super.call(src, tgt, options);
  }

  protected override forward(src: Tensor, tgt: Tensor, options: TransformerCall = {}): Tensor {
    this.checkShapes(src, tgt);
    const { srcMask, srcKeyPaddingMask, srcIsCausal, ...forDecoder } = options;
    const forEncoder = { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal };
    return tidy(() => this.decoder.call(tgt, this.encoder.call(src, forEncoder), forDecoder));
  }

  private checkShapes(src: Tensor, tgt: Tensor): void {
    for (const [name, tensor] of Object.entries({ src, tgt })) {
      handleOf('Transformer', name, tensor);
      if (tensor.size(-1) !== this.dModel) {
        throw new RangeError(
          `Transformer: ${name} must have ${this.dModel} features, got shape ${shapeText(tensor)}`,
        );
      }
    }
    const batchDim = this.batchFirst ? 0 : 1;
    if (src.ndim === 3 && src.size(batchDim) !== tgt.size(batchDim)) {
      throw new RangeError(
        `Transformer: src and tgt must have the same batch, got shapes ${shapeText(src)} and ${shapeText(tgt)}`,
      );
    }
  }
}

function normOf(dModel: number, options: TransformerLayerOptions): LayerNorm {
  const { layerNormEps: eps = 1e-5, bias = true, device, dtype } = options;
  return new LayerNorm(dModel, { eps, bias, device, dtype });
}

function makeEncoder(
  dModel: number,
  nhead: number,
  layers: number,
  options: TransformerLayerOptions,
): TransformerEncoder {
  using layer = new TransformerEncoderLayer(dModel, nhead, options);
  return new TransformerEncoder(layer, layers, { norm: normOf(dModel, options) });
}

function makeDecoder(
  dModel: number,
  nhead: number,
  layers: number,
  options: TransformerLayerOptions,
): TransformerDecoder {
  using layer = new TransformerDecoderLayer(dModel, nhead, options);
  return new TransformerDecoder(layer, layers, { norm: normOf(dModel, options) });
}
