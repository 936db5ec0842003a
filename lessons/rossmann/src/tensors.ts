import { type Tensor, tidy, torch } from '@flambeau/core';
import type { EncodedRows } from './processing.js';

/** All rows of a data set, ready for `indexSelect`. */
export interface DataTensors {
  /** int64 [rows, categorical variables] */
  readonly cats: Tensor;
  /** float32 [rows, continuous variables] */
  readonly conts: Tensor;
  /** float32 [rows], ln(Sales) */
  readonly target: Tensor;
}

/** The columns stay where they are in memory until they are stacked to matrices. */
export function toTensors({ cats, conts, target }: EncodedRows): DataTensors {
  return tidy(() => ({
    cats: stackColumns(cats),
    conts: stackColumns(conts),
    target: torch.asTensor(target),
  }));
}

function stackColumns(columns: readonly (BigInt64Array | Float32Array)[]): Tensor {
  return torch.stack(
    columns.map((column) => torch.asTensor(column)),
    1,
  );
}
