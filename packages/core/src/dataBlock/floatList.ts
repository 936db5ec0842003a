import { MSELossFlat } from '../learner/flatLosses.js';
import { fromTypedArray } from '../tensor/create.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { torch } from '../torch.js';
import type { Column } from './itemList.js';
import {
  type LabelList,
  type LabelOptions,
  type LabelSource,
  type LabelState,
  labelError,
  type OtherLabels,
} from './labelList.js';

/** Numbers to be predicted, float32 `[n]`, or `[n, columns]` of several columns. */
export class FloatList implements LabelList {
  readonly tensor: Tensor;
  readonly c: number;
  /** The targets are natural logarithms. */
  readonly log: boolean;
  readonly lossFunc = new MSELossFlat();

  /** @throws DataError for a missing value, and with `log` for one that is not above 0 */
  constructor({ columns, rows }: LabelSource, { log = false }: LabelOptions = {}) {
    this.c = columns.length;
    this.log = log;
    const numbers = new Float32Array(rows.length * columns.length);
    for (const [place, column] of columns.entries()) {
      for (const [item, row] of rows.entries()) {
        numbers[item * columns.length + place] = numberAt(column, row, log);
      }
    }
    const shape = columns.length === 1 ? [rows.length] : [rows.length, columns.length];
    this.tensor = fromTypedArray(numbers).reshape(shape);
  }

  get(index: number): number | number[] {
    return tidy(() => this.tensor.select(0, index).toArray()) as number | number[];
  }

  like(source: LabelSource): OtherLabels {
    return { labels: new FloatList(source, { log: this.log }), rows: source.rows };
  }

  empty(count: number): Tensor {
    return torch.zeros(this.c === 1 ? [count] : [count, this.c]);
  }

  /** Numbers with the digits that float32 has. */
  texts(targets: Tensor): readonly string[] {
    return (targets.toArray() as (number | number[])[]).map((target) =>
      [target].flat().map(shortFloat).join(';'),
    );
  }

  exportState(): LabelState {
    return { kind: 'FloatList', c: this.c, log: this.log };
  }
}

function shortFloat(value: number): string {
  return `${Number(value.toPrecision(7))}`;
}

function numberAt({ name, values }: Column, row: number, log: boolean): number {
  const value = values[row];
  const number =
    typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw labelError(name, row, 'a finite number', value);
  if (!log) return number;
  if (number <= 0) throw labelError(name, row, 'a number above 0 to take the log of', value);
  return Math.log(number);
}
