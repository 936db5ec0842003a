import {
  checkOptions,
  LabeledDataBunch,
  type Learner,
  plot,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { appendColumns, columnOf } from './frames.js';
import { principalComponents } from './principalComponents.js';
import type { Categories } from './processors/categories.js';
import type { Codes } from './processors/wholeNumberCodes.js';
import { TabularList } from './tabularList.js';
import { TabularModel } from './tabularModel.js';

/**
 * What a model has learned of a categorical variable: a row for each class, with the class in the
 * column `name` and the embedding in `<name>_emb_0`, `<name>_emb_1` and so on, float32. The first
 * row, whose class is missing, is that of missing and unknown values.
 *
 * @throws TypeError for a learner of another model, and RangeError for another variable
 */
export function embeddings(learn: Learner, name: string): DataFrame {
  const { weight, categories } = variableOf(learn, name);
  const codes = Int32Array.from({ length: categories.length + 1 }, (_, code) => code);
  return pl.DataFrame([categories.withMissing(name), ...embeddedColumns(name, weight, codes)]);
}

export interface WithEmbeddingsOptions {
  /** Categorical variables. Default: those of the model that the frame has. */
  readonly names?: readonly string[];
  /** Whether the variables themselves go. Default true. */
  readonly drop?: boolean;
}

/**
 * A frame with the embeddings of its rows' categories, as `<name>_emb_0` and so on at its right end:
 * features for other models, such as a random forest.
 *
 * @returns a new frame; the given one stays as it is.
 * @throws DataError for a variable that the frame does not have, or of another type than in training
 */
export function withEmbeddings(
  df: DataFrame,
  learn: Learner,
  options: WithEmbeddingsOptions = {},
): DataFrame {
  checkOptions('withEmbeddings', options, ['names', 'drop']);
  const { catNames } = listOf(learn);
  const { names = catNames.filter((name) => df.columns.includes(name)), drop = true } = options;
  const columns = names.flatMap((name) => {
    const { weight, categories } = variableOf(learn, name);
    const codes = categories.codesOf(columnOf(df, name)).map((code) => code + 1);
    return embeddedColumns(name, weight, codes);
  });
  const kept = df.columns.filter((column) => !drop || !names.includes(column));
  return appendColumns(df.select(...kept), columns);
}

export interface PlotEmbeddingsOptions extends plot.ScatterOptions {
  /** Writes the categories beside their points. Default: up to 60 of them. */
  readonly labels?: boolean;
}

/**
 * The embeddings of a categorical variable by their first two principal components; the axes say
 * which share of the variance each has. The class of missing values is left out.
 */
export function plotEmbeddings(
  learn: Learner,
  name: string,
  options: PlotEmbeddingsOptions = {},
): plot.Plot {
  checkOptions('plotEmbeddings', options, ['labels', 'width', 'height']);
  const { weight, categories } = variableOf(learn, name);
  const { labels = categories.length <= 60, ...size } = options;
  const { x, y, shares } = tidy(() => principalComponents(weight.narrow(0, 1, categories.length)));
  const axis = (place: 0 | 1) =>
    `component ${place + 1}, ${(100 * shares[place]).toFixed(0)} % of the variance`;
  const texts = categories.values.map((value) =>
    value instanceof Date ? value.toISOString() : `${value}`,
  );
  const points = { name, x, y, texts, xTitle: axis(0), yTitle: axis(1), labels };
  return plot.scatterChart(`Embeddings of ${name}`, points, size);
}

function listOf({ data }: Learner): TabularList {
  const list: unknown = data instanceof LabeledDataBunch ? data.trainDs.x : undefined;
  if (list instanceof TabularList) return list;
  throw new TypeError('embeddings are those of a learner of tables; its data are others');
}

interface Variable {
  /** `[classes, size]`, the first class that of missing values. */
  readonly weight: Tensor;
  readonly categories: Categories;
}

function variableOf(learn: Learner, name: string): Variable {
  const list = listOf(learn);
  const { model } = learn;
  if (!(model instanceof TabularModel)) {
    throw new TypeError(`embeddings are those of a TabularModel, got a ${model.constructor.name}`);
  }
  const place = list.catNames.indexOf(name);
  if (place < 0) {
    const known = list.catNames.join(', ');
    throw new RangeError(`'${name}' is no categorical variable; those are ${known}`);
  }
  const { weight } = [...model.embeds][place] as TabularModel['embeds'][number];
  return { weight, categories: list.processor.categoriesOf(name) };
}

function embeddedColumns(name: string, weight: Tensor, codes: Codes): Series[] {
  const rows = tidy(() => {
    const table = weight.detach().cpu().float();
    return table
      .indexSelect(0, torch.tensor([...codes], { dtype: 'int64' }))
      .t()
      .contiguous();
  });
  const values = rows.toTypedArray() as Float32Array;
  const [size, count] = rows.shape as [number, number];
  rows.dispose();
  return Array.from({ length: size }, (_, place) =>
    pl.Series(`${name}_emb_${place}`, values.slice(place * count, (place + 1) * count)),
  );
}
