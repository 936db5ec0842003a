import { DataType } from 'nodejs-polars';

/** A column's type as JSON, in Polars' own form. */
export type DataTypeState =
  | string
  | { readonly variant: string; readonly inner: readonly unknown[] };

export function dataTypeState(dtype: DataType): DataTypeState {
  const { variant, inner } = dtype as DataType & { inner?: unknown[] | null };
  return inner ? { variant, inner } : variant;
}

export function dataTypeOf(state: DataTypeState): DataType {
  return DataType.deserialize(state);
}

/** What a value of a column is in JavaScript. */
export type ValueKind = 'number' | 'text' | 'flag' | 'date' | 'other';

export function kindOf(dtype: DataType): ValueKind {
  const { variant } = dtype;
  if (/^(U?Int|Float)\d+$/.test(variant)) return 'number';
  if (['Utf8', 'String', 'Categorical'].includes(variant)) return 'text';
  if (variant === 'Bool') return 'flag';
  return ['Date', 'Datetime'].includes(variant) ? 'date' : 'other';
}
