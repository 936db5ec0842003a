import type { Tensor } from '../tensor/tensor.js';
import { type BagMode, checkBagMode } from './bagMode.js';
import { type EmbeddingOptions, EmbeddingTable, tableSize } from './embeddingTable.js';
import { type EmbeddingBagLookup, embeddingBag } from './functional/embeddings.js';

export type EmbeddingBagOptions = EmbeddingOptions & EmbeddingBagLookup;

/**
 * The sum, mean or maximum of the table's rows in each bag, `[bags, embeddingDim]`.
 *
 * Takes indices `[bags, length]`, or those of all bags in one dimension and where each begins;
 * for 'sum' also a weight for each index. Rows `paddingIdx` do not count.
 */
export class EmbeddingBag extends EmbeddingTable<
  [input: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null]
> {
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;

  /** @throws RangeError for an unknown mode, or an option that 'max' does not have */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
    this.mode = options.mode ?? 'mean';
    this.includeLastOffset = options.includeLastOffset ?? false;
    checkBagMode('EmbeddingBag', this.mode, this);
  }

  /**
   * @param embeddings the table, `[numEmbeddings, embeddingDim]`, shared with the layer
   * @param options.freeze keeps the table as it is in training. Default true
   */
  static fromPretrained(
    embeddings: Tensor,
    options: EmbeddingBagLookup & { freeze?: boolean } = {},
  ): EmbeddingBag {
    const [rows, columns] = tableSize('EmbeddingBag', embeddings);
    const { freeze = true, ...lookup } = options;
    const layer = new EmbeddingBag(rows, columns, { ...lookup, weight: embeddings });
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  protected override forward(
    input: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null,
  ): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, sparse, mode, includeLastOffset } =
      this;
    return embeddingBag(input, this.weight, {
      offsets,
      perSampleWeights,
      paddingIdx,
      maxNorm,
      normType,
      scaleGradByFreq,
      sparse,
      mode,
      includeLastOffset,
    });
  }

  protected override extraRepr(): string {
    const parts = [`${this.numEmbeddings}`, `${this.embeddingDim}`, ...this.lookupTexts];
    parts.push(`mode='${this.mode}'`);
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`);
    return parts.join(', ');
  }
}
