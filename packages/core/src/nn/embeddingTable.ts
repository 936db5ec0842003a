import { noGrad } from '../autograd/gradMode.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize, rowIndex } from './checks.js';
import type { EmbeddingLookup } from './functional/embeddings.js';
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

/** A learned table of vectors. It begins as N(0, 1), with zeros in the row `paddingIdx`. */
export abstract class EmbeddingTable<In extends readonly unknown[]> extends Module<In> {
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
    const owner = this.constructor.name;
    checkSize(owner, 'numEmbeddings', numEmbeddings);
    checkSize(owner, 'embeddingDim', embeddingDim);
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
          `${owner}: the table must have shape [${shape.join(', ')}], got ${shapeText(weight)}`,
        );
      }
      this.weight = new Parameter(weight);
    }
  }

  resetParameters(): void {
    normal_(this.weight);
    const { paddingIdx } = this;
    if (paddingIdx !== null) {
      noGrad(() => tidy(() => void this.weight.select(0, paddingIdx).fill_(0)));
    }
  }

  /** The options of norm and gradient that are not the default, as Python prints them. */
  protected get lookupTexts(): readonly string[] {
    const parts: string[] = [];
    if (this.maxNorm !== null) parts.push(`max_norm=${shortest(this.maxNorm)}`);
    if (this.normType !== 2) parts.push(`norm_type=${shortest(this.normType)}`);
    if (this.scaleGradByFreq) parts.push('scale_grad_by_freq=True');
    return parts;
  }
}

/** The size of a table that was given. @throws RangeError unless it has 2 dimensions */
export function tableSize(owner: string, table: Tensor): [rows: number, columns: number] {
  const [rows, columns, ...rest] = table.shape;
  if (rows === undefined || columns === undefined || rest.length > 0) {
    throw new RangeError(
      `${owner}: the table must have 2 dimensions, got shape ${shapeText(table)}`,
    );
  }
  return [rows, columns];
}
