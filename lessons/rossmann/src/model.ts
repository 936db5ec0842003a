import { nn, noGrad, type Tensor, torch } from '@flambeau/core';

export interface TabularModelOptions {
  /** Sizes of the hidden layers. */
  readonly layers: readonly number[];
  /** Dropout probability after each hidden layer; 0 leaves the module out. */
  readonly ps: readonly number[];
  /** Dropout probability of single embedding activations. */
  readonly embDrop: number;
  /** The output is scaled by a sigmoid into this range. */
  readonly yRange: readonly [low: number, high: number];
}

/** The lesson's settings, but for `yRange`, which depends on the data. */
export const lessonModel = { layers: [1000, 500], ps: [0.001, 0.01], embDrop: 0.04 } as const;

/** Embedding size for a variable of `classes` classes, `#na#` included (fast.ai v1's rule). */
export function embeddingSize(classes: number): number {
  return Math.min(600, Math.round(1.6 * classes ** 0.56));
}

/** Classes and embedding size of each categorical variable. */
export function embeddingSizes(classCounts: readonly number[]): [classes: number, size: number][] {
  return classCounts.map((classes) => [classes, embeddingSize(classes)]);
}

/** The range that the lesson gives the model: up to 1.2 times the largest sales, in log space. */
export function logSalesRange(maxSales: number): readonly [number, number] {
  return [0, Math.log(maxSales * 1.2)];
}

/**
 * fast.ai v1's tabular model: embeddings of the categorical variables, batch norm of the
 * continuous ones, then Linear, ReLU, BatchNorm1d, Dropout for each hidden layer and a Linear to
 * one output.
 *
 * `call(cats, conts)` takes int64 [n, variables] and float32 [n, nCont] and gives float32 [n, 1].
 */
export class TabularModel extends nn.Module<[cats: Tensor, conts: Tensor]> {
  readonly embeds: nn.ModuleList<nn.Embedding>;
  readonly embDrop: nn.Dropout;
  readonly bnCont: nn.BatchNorm1d;
  readonly layers: nn.Sequential;
  readonly #yRange: readonly [number, number];

  /**
   * @param embSizes classes, `#na#` included, and embedding size of each categorical variable
   * @throws RangeError when `ps` has not one probability for each hidden layer
   */
  constructor(
    embSizes: readonly (readonly [classes: number, size: number])[],
    nCont: number,
    options: TabularModelOptions,
  ) {
    super();
    const { layers, ps, embDrop, yRange } = options;
    if (ps.length !== layers.length) {
      throw new RangeError(`expected ${layers.length} probabilities in ps, got ${ps.length}`);
    }
    this.embeds = new nn.ModuleList(embSizes.map(([classes, size]) => embedding(classes, size)));
    this.embDrop = new nn.Dropout(embDrop);
    this.bnCont = new nn.BatchNorm1d(nCont);
    const embedded = embSizes.reduce((sum, [, size]) => sum + size, 0);
    this.layers = new nn.Sequential(...stack(embedded + nCont, layers, ps));
    this.#yRange = yRange;
  }

  protected override forward(cats: Tensor, conts: Tensor): Tensor {
    const columns = cats.unbind(1);
    const embedded = torch.cat(
      [...this.embeds].map((embed, place) => embed.call(columns[place] as Tensor)),
      1,
    );
    const x = torch.cat([this.embDrop.call(embedded), this.bnCont.call(conts)], 1);
    const [low, high] = this.#yRange;
    return this.layers
      .call(x)
      .sigmoid()
      .mul(high - low)
      .add(low);
  }
}

/** Begins within (-0.02, 0.02): N(0, 1), its remainder by 2, times 0.01 (fast.ai v1). */
function embedding(classes: number, size: number): nn.Embedding {
  const layer = new nn.Embedding(classes, size);
  noGrad(() => layer.weight.fmod_(2).mul_(0.01));
  return layer;
}

function stack(width: number, hidden: readonly number[], ps: readonly number[]): nn.Module[] {
  const sizes = [width, ...hidden];
  const modules = hidden.flatMap((size, place) => {
    const p = ps[place] as number;
    return [
      new nn.Linear(sizes[place] as number, size),
      new nn.ReLU({ inplace: true }),
      new nn.BatchNorm1d(size),
      ...(p > 0 ? [new nn.Dropout(p)] : []),
    ];
  });
  return [...modules, new nn.Linear(sizes.at(-1) as number, 1)];
}
