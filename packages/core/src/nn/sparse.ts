import type { Tensor } from '../tensor/tensor.js';
import { EmbeddingTable, tableSize } from './embeddingTable.js';
import { type EmbeddingLookup, embedding } from './functional/embeddings.js';

/**
 * A table of vectors: whole-number indices `[*]` to `[*, embeddingDim]`.
 *
 * The table begins as N(0, 1), with zeros in the row `paddingIdx`.
 */
export class Embedding extends EmbeddingTable<[input: Tensor]> {
  /**
   * @param embeddings the table, `[numEmbeddings, embeddingDim]`, shared with the layer
   * @param options.freeze keeps the table as it is in training. Default true
   */
  static fromPretrained(
    embeddings: Tensor,
    options: EmbeddingLookup & { freeze?: boolean } = {},
  ): Embedding {
    const [rows, columns] = tableSize('Embedding', embeddings);
    const { freeze = true, ...lookup } = options;
    const layer = new Embedding(rows, columns, { ...lookup, weight: embeddings });
    layer.weight.requiresGrad = !freeze;
    return layer;
  }

  protected override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, this);
  }

  protected override extraRepr(): string {
    const parts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`);
    parts.push(...this.lookupTexts);
    if (this.sparse) parts.push('sparse=True');
    return parts.join(', ');
  }
}
