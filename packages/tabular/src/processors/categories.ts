import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Expr, type Series } from 'nodejs-polars';
import { type DataTypeState, dataTypeOf, dataTypeState } from '../dtypes.js';
import { mapColumn, withoutNaN } from '../frames.js';
import { type Codes, maxNarrow, WholeNumberCodes } from './wholeNumberCodes.js';

/** A value that a column of categories can have. */
export type Category = string | number | boolean | Date;

/** As JSON, the values as text. */
export interface CategoriesState {
  readonly dtype: DataTypeState;
  readonly values: readonly string[];
}

const valueName = 'value';
const codeName = 'code';
const codeOrNone = pl.col(codeName).fillNull(pl.lit(-1));
const codesAs = { Int16: codeOrNone.cast(pl.Int16), Int32: codeOrNone.cast(pl.Int32) };
const valueIfKnown = pl
  .when(pl.col(codeName).isNotNull())
  .then(pl.col(valueName))
  .otherwise(pl.lit(null))
  .alias(valueName);

const distinctInOrder = (column: Expr) => column.unique().sort();

/** The categories of one variable, numbered in their order. */
export class Categories {
  readonly #values: Series;
  #codes: ReadonlyMap<unknown, number> | undefined;
  /** Null where the values are no whole numbers. */
  #wholeNumbers: WholeNumberCodes | null | undefined;
  /** The values beside their codes. */
  #table: DataFrame | undefined;

  private constructor(values: Series) {
    this.#values = values;
  }

  /** The sorted distinct values of a column; texts by code point, false before true. */
  static learn(column: Series): Categories {
    // In one query, since a Series that `unique` gives to JavaScript keeps the memory of all rows.
    return new Categories(mapColumn(plain(column), distinctInOrder).dropNulls());
  }

  /**
   * Categories in a given order, for a column of this type.
   * @throws DataError for values of another type, missing ones, and one that is there twice
   */
  static declare(column: Series, values: readonly Category[]): Categories {
    const { name, dtype } = plain(column);
    const series = pl.Series(name, [...values], dtype);
    if (series.nullCount() > 0 || series.nUnique() !== values.length) {
      throw new DataError(
        `the categories of '${name}' must be different values of type ${dtype.variant}, ` +
          `got ${values.join(', ')}`,
      );
    }
    return new Categories(series);
  }

  get length(): number {
    return this.#values.length;
  }

  /** A column of them in order, after a missing value. */
  withMissing(name: string): Series {
    const missing = pl.Series(name, [null], this.#values.dtype);
    return missing.concat(this.#values.rename(name)) as Series;
  }

  /** In the order of their codes. */
  get values(): readonly Category[] {
    return this.#values.toArray() as Category[];
  }

  /**
   * The code of each row, counted from 0; -1 where the value is missing or no category.
   * @throws DataError when the column's type is another than in training
   */
  codesOf(column: Series): Codes {
    this.#wholeNumbers ??= WholeNumberCodes.of(this.#values);
    const known = this.#wholeNumbers?.codesOf(column);
    if (known !== undefined) return known;
    const codes = codesAs[this.length <= maxNarrow ? 'Int16' : 'Int32'];
    return this.#joined(column, codes).toTypedArray() as Codes;
  }

  /** The code of one value, as `codesOf` gives it. */
  codeOf(value: unknown): number {
    this.#codes ??= new Map(this.values.map((known, code) => [keyOf(known), code]));
    return this.#codes.get(keyOf(value)) ?? -1;
  }

  /** The column with nothing but categories; all else is missing. */
  restrict(column: Series): Series {
    return this.#joined(column, valueIfKnown).rename(column.name);
  }

  /** What is asked for of the column's values beside their codes. */
  #joined(column: Series, result: Expr): Series {
    this.#table ??= pl.DataFrame([
      this.#values.rename(valueName),
      pl.Series(
        codeName,
        Int32Array.from({ length: this.length }).map((_, code) => code),
      ),
    ]);
    let table = this.#table;
    let values = plain(column).rename(valueName);
    const { dtype } = this.#values;
    if (!values.dtype.equals(dtype)) {
      if (!values.isNumeric() || !this.#values.isNumeric()) {
        throw new DataError(
          `column '${column.name}' must be ${dtype.variant} as in training, ` +
            `got ${values.dtype.variant}`,
        );
      }
      values = values.cast(pl.Float64);
      table = table.withColumns(pl.col(valueName).cast(pl.Float64));
    }
    const joined = pl
      .DataFrame([values])
      .lazy()
      .join(table.lazy(), { on: valueName, how: 'left' })
      .select(result)
      .collectSync();
    return joined.getColumns()[0] as Series;
  }

  exportState(): CategoriesState {
    const values =
      isText(this.#values) || this.#values.isFloat() ? this.#values : this.#values.cast(pl.Int64);
    return {
      dtype: dataTypeState(this.#values.dtype),
      values: values.cast(pl.Utf8).toArray() as string[],
    };
  }

  static fromState(name: string, { dtype, values }: CategoriesState): Categories {
    const type = dataTypeOf(dtype);
    const texts = pl.Series(name, [...values], pl.Utf8);
    if (texts.dtype.equals(type)) return new Categories(texts);
    const isNumber = ['Float32', 'Float64'].includes(type.variant);
    return new Categories(texts.cast(isNumber ? pl.Float64 : pl.Int64).cast(type));
  }
}

function keyOf(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}

/** Without Polars' own categories, whose codes depend on how the column was made. */
export function plain(column: Series): Series {
  return column.dtype.variant === 'Categorical' ? column.cast(pl.Utf8) : withoutNaN(column);
}

function isText(column: Series): boolean {
  return ['Utf8', 'String'].includes(column.dtype.variant);
}
