import { noGrad } from '../autograd/gradMode.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize, rowIndex } from './checks.js';
import { type EmbeddingLookup, embedding } from './functional/layers.js';
import { normal_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, Parameter } from './parameter.js';
import { shapeText } from './shapes.js';

export interface EmbeddingOptions extends EmbeddingLookup {
  /** Begins with this table, sharing its memory, instead of a random one. */
  weight?: Tensor;
  device?: Device;
  dtype?: DType;
}

/**
 * A table of vectors: whole-number indices `[*]` to `[*, embeddingDim]`.
 *
 * The table begins as N(0, 1), with zeros in the row `paddingIdx`.
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  sparse: boolean;
  /** `[numEmbeddings, embeddingDim]` */
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkSize('Embedding', 'numEmbeddings', numEmbeddings);
    checkSize('Embedding', 'embeddingDim', embeddingDim);
    const { device, dtype, weight } = options;
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = rowIndex(options.paddingIdx ?? null, numEmbeddings);
    this.maxNorm = options.maxNorm ?? null;
    this.normType = options.normType ?? 2;
    this.scaleGradByFreq = options.scaleGradByFreq ?? false;
    this.sparse = options.sparse ?? false;
    const shape = [numEmbeddings, embeddingDim];
    if (weight === undefined) {
      this.weight = emptyParameter(shape, { device, dtype });
      this.resetParameters();
    } else {
      if (shapeText(weight) !== `[${shape.join(', ')}]`) {
        throw new RangeError(
          `Embedding: the table must have shape [${shape.join(', ')}], got ${shapeText(weight)}`,
        );
      }
      this.weight = new Parameter(weight);
    }
  }

  /**
   * @param embeddings the table, `[numEmbeddings, embeddingDim]`, shared with the layer
   * @param options.freeze keeps the table as it is in training. Default true
   */
  static fromPretrained(
    embeddings: Tensor,
    options: EmbeddingLookup & { freeze?: boolean } = {},
  ): Embedding {
    const [rows, columns, ...rest] = embeddings.shape;
    if (rows === undefined || columns === undefined || rest.length > 0) {
      throw new RangeError(
        `Embedding: the table must have 2 dimensions, got shape ${shapeText(embeddings)}`,
      );
    }
    const { freeze = true, ...lookup } = options;
    const layer = new Embedding(rows, columns, { ...lookup, weight: embeddings });
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) {
      noGrad(() => tidy(() => void this.weight.select(0, paddingIdx).fill_(0)));
    }
  }

  protected override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, this);
  }

  protected override extraRepr(): string {
    const parts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`);
    if (this.maxNorm !== null) parts.push(`max_norm=${shortest(this.maxNorm)}`);
    if (this.normType !== 2) parts.push(`norm_type=${shortest(this.normType)}`);
    if (this.scaleGradByFreq) parts.push('scale_grad_by_freq=True');
    if (this.sparse) parts.push('sparse=True');
    return parts.join(', ');
  }
}
