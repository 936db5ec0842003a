import type { Device, DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkProbability, checkSize } from './checks.js';
import { multiHeadAttentionForward } from './functional/attention.js';
import { type AttentionCall, attentionOptions } from './functional/attentionOptions.js';
import { mapTriple } from './functional/attentionProjections.js';
import { handleOf } from './functional/handles.js';
import { fusedAttention } from './fusedAttention.js';
import { constant_, xavierNormal_, xavierUniform_ } from './init.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';

export interface MultiheadAttentionOptions {
  /** Probability of dropout of the weights, in training. Default 0. */
  dropout?: number;
  /** Adds a learned bias to all linear maps. Default true. */
  bias?: boolean;
  /** Learns one more key and its value. Default false. */
  addBiasKv?: boolean;
  /** Adds a key and a value of zeros. Default false. */
  addZeroAttn?: boolean;
  /** Features of the key. Default `embedDim`. */
  kdim?: number | null;
  /** Features of the value. Default `embedDim`. */
  vdim?: number | null;
  /** Inputs and output are `[batch, length, *]` instead of `[length, batch, *]`. Default false. */
  batchFirst?: boolean;
  device?: Device;
  dtype?: DType;
}

const knownOptions = [
  'dropout',
  'bias',
  'addBiasKv',
  'addZeroAttn',
  'kdim',
  'vdim',
  'batchFirst',
  'device',
  'dtype',
];

/** The linear map behind the heads, under the name that Python prints. */
export class NonDynamicallyQuantizableLinear extends Linear {}

/**
 * Attention of many heads (Vaswani et al. 2017): softmax(Q Kᵀ / sqrt(embedDim / numHeads) + masks) V
 * for each head, where Q, K and V are linear maps of query, key and value, and a linear map of the
 * heads' joined results.
 *
 * The maps in front begin as Xavier's uniform distribution, their biases and the last one's as 0.
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, options?: AttentionCall],
  [output: Tensor, weights: Tensor | null]
> {
  readonly embedDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly numHeads: number;
  readonly headDim: number;
  dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  /** `[embedDim, embedDim]`; null where the three are stacked. */
  qProjWeight: Parameter | null;
  /** `[embedDim, kdim]`; null where the three are stacked. */
  kProjWeight: Parameter | null;
  /** `[embedDim, vdim]`; null where the three are stacked. */
  vProjWeight: Parameter | null;
  /** The three stacked, `[3 embedDim, embedDim]`, where all have as many features, else null. */
  inProjWeight: Parameter | null;
  /** `[3 embedDim]` */
  inProjBias: Parameter | null;
  /** One more key, `[1, 1, embedDim]`. */
  biasK: Parameter | null;
  /** Its value, `[1, 1, embedDim]`. */
  biasV: Parameter | null;
  outProj: Linear;

  /** @throws RangeError for sizes that are not positive, or features that heads cannot share */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    const owner = 'MultiheadAttention';
    checkOptions(owner, options, knownOptions);
    const { dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false } = options;
    const { batchFirst = false, device, dtype } = options;
    const kdim = options.kdim ?? embedDim;
    const vdim = options.vdim ?? embedDim;
    for (const [name, size] of Object.entries({ embedDim, numHeads, kdim, vdim })) {
      checkSize(owner, name, size, 1);
    }
    checkProbability(owner, dropout);
    if (embedDim % numHeads !== 0) {
      throw new RangeError(
        `${owner}: embedDim must be divisible by ${numHeads} heads, got ${embedDim}`,
      );
    }
    this.embedDim = embedDim;
    this.kdim = kdim;
    this.vdim = vdim;
    this.numHeads = numHeads;
    this.headDim = embedDim / numHeads;
    this.dropout = dropout;
    this.batchFirst = batchFirst;
    this.addZeroAttn = addZeroAttn;

    const factory = { device, dtype };
    const stacked = kdim === embedDim && vdim === embedDim;
    const separate = (features: number) =>
      stacked ? null : emptyParameter([embedDim, features], factory);
    this.qProjWeight = separate(embedDim);
    this.kProjWeight = separate(kdim);
    this.vProjWeight = separate(vdim);
    this.inProjWeight = stacked ? emptyParameter([3 * embedDim, embedDim], factory) : null;
    this.inProjBias = bias ? emptyParameter([3 * embedDim], factory) : null;
    this.biasK = addBiasKv ? emptyParameter([1, 1, embedDim], factory) : null;
    this.biasV = addBiasKv ? emptyParameter([1, 1, embedDim], factory) : null;
    this.outProj = new NonDynamicallyQuantizableLinear(embedDim, embedDim, {
      bias,
      ...factory,
    });
    this.resetParameters();
  }

  /** Draws the maps in front, and sets the biases; the last map's weight stays as it is. */
  resetParameters(): void {
    const { qProjWeight, kProjWeight, vProjWeight, inProjWeight, inProjBias, biasK, biasV } = this;
    for (const weight of [inProjWeight, qProjWeight, kProjWeight, vProjWeight]) {
      if (weight !== null) xavierUniform_(weight);
    }
    for (const bias of [inProjBias, this.outProj.bias]) if (bias !== null) constant_(bias, 0);
    for (const bias of [biasK, biasV]) if (bias !== null) xavierNormal_(bias);
  }

  /**
   * @param query `[target length, batch, embedDim]`, with `batchFirst`
   * `[batch, target length, embedDim]`, without batch `[target length, embedDim]`
   * @param key `[source length, batch, kdim]`, likewise
   * @param value `[source length, batch, vdim]`, likewise
   * @returns the output in the shape of the query; and the weights,
   * `[batch, target length, source length]`, with `averageAttnWeights: false`
   * `[batch, heads, target length, source length]`, with `needWeights: false` null
   * @throws RangeError for shapes or options that do not go together
   */
  override call(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionCall = {},
  ): [output: Tensor, weights: Tensor | null] {
    return super.call(query, key, value, options);
  }

  protected override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionCall = {},
  ): [output: Tensor, weights: Tensor | null] {
    checkOptions('MultiheadAttention', options, attentionOptions);
    for (const [name, tensor] of Object.entries({ query, key, value })) {
      handleOf('MultiheadAttention', name, tensor);
    }
    const swapped = this.batchFirst && query.ndim === 3;
    return tidy(() => {
      const fused = query === key && key === value ? fusedAttention(this, query, options) : null;
      if (fused !== null) return fused;
      const swap = (tensor: Tensor) => (tensor.ndim === 3 ? tensor.transpose(0, 1) : tensor);
      const inputs = [query, key, value] as const;
      const [output, weights] = this.attend(swapped ? mapTriple(inputs, swap) : inputs, options);
      return [swapped ? output.transpose(0, 1) : output, weights];
    });
  }

  private attend(
    inputs: readonly [Tensor, Tensor, Tensor],
    options: AttentionCall,
  ): [output: Tensor, weights: Tensor | null] {
    // Read once: a weight that is parametrized is computed whenever it is read.
    const { inProjWeight } = this;
    return multiHeadAttentionForward(
      ...inputs,
      this.embedDim,
      this.numHeads,
      inProjWeight,
      this.inProjBias,
      this.biasK,
      this.biasV,
      this.addZeroAttn,
      this.dropout,
      this.outProj.weight,
      this.outProj.bias,
      {
        ...options,
        training: this.training,
        useSeparateProjWeight: inProjWeight === null,
        qProjWeight: this.qProjWeight,
        kProjWeight: this.kProjWeight,
        vProjWeight: this.vProjWeight,
      },
    );
  }
}
