import { checkOptions, nn, noGrad, type Tensor, torch } from '@flambeau/core';
import type { EmbeddingSize } from './embeddingSizes.js';

export interface TabularModelOptions {
  /** Dropout after each hidden layer, or one for all; 0 leaves the module out. Default 0. */
  readonly ps?: number | readonly number[];
  /** Dropout of single embedding activations. Default 0. */
  readonly embDrop?: number;
  /** A sigmoid scales the output into this range. */
  readonly yRange?: readonly [low: number, high: number];
  /** Batch norm after each hidden layer. Default true. */
  readonly useBn?: boolean;
  /** Batch norm of the output. Default false. */
  readonly bnFinal?: boolean;
}

/**
 * fast.ai v1's model of tables: embeddings of the categorical variables, batch norm of the
 * continuous ones, then Linear, ReLU, BatchNorm1d and Dropout for each hidden layer, and a Linear.
 *
 * `call(cats, conts)` takes int64 `[n, variables]` and float32 `[n, nCont]` and gives float32
 * `[n, outSz]`.
 */
export class TabularModel extends nn.Module<[cats: Tensor, conts: Tensor]> {
  readonly embeds: nn.ModuleList<nn.Embedding>;
  readonly embDrop: nn.Dropout;
  readonly bnCont: nn.BatchNorm1d;
  readonly layers: nn.Sequential;
  readonly yRange: readonly [low: number, high: number] | undefined;

  /**
   * @param layers sizes of the hidden layers
   * @throws RangeError when `ps` has not one probability for each hidden layer
   */
  constructor(
    embSzs: readonly EmbeddingSize[],
    nCont: number,
    outSz: number,
    layers: readonly number[],
    options: TabularModelOptions = {},
  ) {
    super();
    checkOptions('TabularModel', options, ['ps', 'embDrop', 'yRange', 'useBn', 'bnFinal']);
    const { ps = 0, embDrop = 0, yRange } = options;
    const probabilities = typeof ps === 'number' ? layers.map(() => ps) : ps;
    if (probabilities.length !== layers.length) {
      throw new RangeError(
        `ps must have one probability for each of the ${layers.length} hidden layers, ` +
          `got ${probabilities.length}`,
      );
    }
    this.embeds = new nn.ModuleList(embSzs.map(([classes, size]) => embedding(classes, size)));
    this.embDrop = new nn.Dropout(embDrop);
    this.bnCont = new nn.BatchNorm1d(nCont);
    const width = nCont + embSzs.reduce((sum, [, size]) => sum + size, 0);
    const sizes = [width, ...layers, outSz];
    this.layers = new nn.Sequential(...stack(sizes, probabilities, options));
    this.yRange = yRange;
  }

  protected override forward(cats: Tensor, conts: Tensor): Tensor {
    const inputs: Tensor[] = [];
    if (this.embeds.length > 0) {
      inputs.push(this.embDrop.call(nn.embedColumns(this.embeds, cats)));
    }
    if (this.bnCont.numFeatures > 0) inputs.push(this.bnCont.call(conts));
    const output = this.layers.call(
      inputs.length === 1 ? (inputs[0] as Tensor) : torch.cat(inputs, 1),
    );
    if (this.yRange === undefined) return output;
    return nn.sigmoidRange(output, ...this.yRange);
  }
}

/** fast.ai v1's embedding: N(0, 1) wrapped into (-2, 2), times 0.01. */
export function embedding(classes: number, size: number): nn.Embedding {
  const layer = new nn.Embedding(classes, size);
  noGrad(() => layer.weight.fmod_(2).mul_(0.01));
  return layer;
}

/** @param sizes of the input, the hidden layers and the output */
function stack(
  sizes: readonly number[],
  ps: readonly number[],
  { useBn = true, bnFinal = false }: TabularModelOptions,
): nn.Module[] {
  const steps = sizes.slice(1).flatMap((size, step) => {
    const isLast = step === sizes.length - 2;
    return nn.bnDropLin(sizes[step] as number, size, {
      bn: useBn && step > 0,
      p: step === 0 ? 0 : (ps[step - 1] as number),
      actn: isLast ? null : new nn.ReLU({ inplace: true }),
    });
  });
  return bnFinal ? [...steps, new nn.BatchNorm1d(sizes.at(-1) as number)] : steps;
}
