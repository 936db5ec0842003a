import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { DataError } from './data.js';

type Category = string | number;

/** What was learned from the training rows, and is applied to all others. */
export interface Processing {
  /** Categorical variables in the order of the model's embeddings, `_na` flags last. */
  readonly catNames: readonly string[];
  readonly contNames: readonly string[];
  /** The values of a categorical variable in order; the model's index of each is its place + 1. */
  readonly categories: ReadonlyMap<string, readonly Category[]>;
  /** What replaces missing values of a continuous variable. */
  readonly fillValues: ReadonlyMap<string, number>;
  /** Mean and sample standard deviation (ddof 1) after filling. */
  readonly statistics: ReadonlyMap<string, { readonly mean: number; readonly std: number }>;
}

/** Model inputs and targets, a typed array of `rows` values for each variable. */
export interface EncodedRows {
  readonly rows: number;
  /** Category indices in the order of `catNames`; 0 is `#na#`: missing or unseen in training. */
  readonly cats: readonly BigInt64Array[];
  /** Normalised values in the order of `contNames`. */
  readonly conts: readonly Float32Array[];
  /** ln(Sales). */
  readonly target: Float32Array;
}

/**
 * FillMissing, Categorify and Normalize in this order, fitted to the training rows: a continuous
 * variable with holes gets their median and a flag `NAME_na`, categories are the sorted values,
 * continuous ones get mean 0 and standard deviation 1.
 *
 * @throws DataError when there are fewer than two rows.
 */
export function fitProcessing(
  train: DataFrame,
  catNames: readonly string[],
  contNames: readonly string[],
): Processing {
  if (train.height < 2) {
    throw new DataError(`at least 2 training rows are needed, there are ${train.height}`);
  }
  const fillValues = new Map<string, number>();
  for (const name of contNames) {
    const column = train.getColumn(name);
    if (column.nullCount() > 0) fillValues.set(name, column.median());
  }
  const filled = fillMissing(train, contNames, fillValues);
  const allCats = [...catNames, ...[...fillValues.keys()].map(flagName)];
  const categories = new Map(allCats.map((name) => [name, sortedValues(filled, name)]));
  const statistics = new Map(
    contNames.map((name) => {
      const [mean, std] = filled
        .select(pl.col(name).mean().alias('mean'), pl.col(name).std().alias('std'))
        .row(0) as [number, number];
      return [name, { mean, std }];
    }),
  );
  return { catNames: allCats, contNames, categories, fillValues, statistics };
}

/**
 * Model inputs and targets of `frame`, in its row order.
 *
 * @throws DataError when a continuous variable has holes here and had none in training.
 */
export function encodeRows(frame: DataFrame, processing: Processing): EncodedRows {
  const { catNames, contNames, fillValues } = processing;
  const filled = fillMissing(frame, contNames, fillValues);
  const cats = catNames.map((name) => indices(filled, name, processing));
  const conts = contNames.map((name) => normalised(filled, name, processing));
  const target: Float32Array = frame
    .select(pl.col('Sales').cast(pl.Float64).log().cast(pl.Float32).alias('target'))
    .getColumn('target')
    .toTypedArray();
  return { rows: frame.height, cats, conts, target };
}

/** Number of classes of each categorical variable, `#na#` included. */
export function classCounts(processing: Processing): number[] {
  return processing.catNames.map((name) => valuesOf(processing.categories, name).length + 1);
}

const flagName = (name: string) => `${name}_na`;

function fillMissing(
  frame: DataFrame,
  contNames: readonly string[],
  fillValues: ReadonlyMap<string, number>,
): DataFrame {
  for (const name of contNames) {
    if (!fillValues.has(name) && frame.getColumn(name).nullCount() > 0) {
      throw new DataError(
        `${name} has missing values, but had none in the training rows; fill them first`,
      );
    }
  }
  const fills = [...fillValues].flatMap(([name, value]) => [
    pl.col(name).isNull().alias(flagName(name)),
    pl.col(name).cast(pl.Float64).fillNull(pl.lit(value)),
  ]);
  return fills.length > 0 ? frame.withColumns(...fills) : frame;
}

/** Booleans as 0 and 1, all else as it is. */
function categorical(frame: DataFrame, name: string): Series {
  const column = frame.getColumn(name);
  return column.dtype.equals(pl.Bool) ? column.cast(pl.Int8) : column;
}

function sortedValues(frame: DataFrame, name: string): Category[] {
  const values = categorical(frame, name).dropNulls().unique().toArray() as Category[];
  return values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function indices(frame: DataFrame, name: string, processing: Processing): BigInt64Array {
  const values = valuesOf(processing.categories, name);
  const places = values.map((_, place) => place + 1);
  const missing = pl.lit(0);
  return pl
    .DataFrame([categorical(frame, name)])
    .select(
      pl
        .col(name)
        .replaceStrict(values as Category[], places, missing)
        .fillNull(missing)
        .cast(pl.Int64),
    )
    .getColumn(name)
    .toTypedArray();
}

/** (x - mean) / (1e-7 + std), worked out in double precision. */
function normalised(frame: DataFrame, name: string, processing: Processing): Float32Array {
  const { mean, std } = valuesOf(processing.statistics, name);
  return frame
    .select(
      pl
        .col(name)
        .cast(pl.Float64)
        .minus(pl.lit(mean))
        .div(pl.lit(std + 1e-7))
        .cast(pl.Float32)
        .alias(name),
    )
    .getColumn(name)
    .toTypedArray();
}

function valuesOf<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new DataError(`${name} is not a variable of this processing`);
  return value;
}
