import type { Learner } from '../learner.js';
import type { Metric } from '../metric.js';
import type { Recorder } from '../recorder.js';

/** The columns of the table: fast.ai's names, and those of the metrics. */
export function columnNames({ data, addTime }: Learner, metrics: readonly Metric[]): string[] {
  const validates = (data.validDl?.length ?? 0) > 0;
  const validation = validates ? ['valid_loss', ...metrics.map(({ name }) => name)] : [];
  return ['epoch', 'train_loss', ...validation, ...(addTime ? ['time'] : [])];
}

/** What is known of a finished epoch. */
export interface EpochRow {
  /** From 0. */
  readonly epoch: number;
  /** The smoothed loss of the last training batch. */
  readonly trainLoss: number;
  /** Null where there was no validation. */
  readonly validLoss: number | null;
  /** In the order of the fit's metrics; empty where there was no validation. */
  readonly metrics: readonly (number | null)[];
  /** Training and validation. */
  readonly seconds: number;
}

/** The last epoch that was recorded. */
export function lastRow(epoch: number, recorder: Recorder): EpochRow {
  return {
    epoch,
    trainLoss: recorder.losses.at(-1) ?? Number.NaN,
    validLoss: recorder.valLosses.at(-1) ?? null,
    metrics: recorder.metrics.at(-1) ?? [],
    seconds: recorder.times.at(-1) ?? 0,
  };
}

/** The texts of a row, one for each of `columns`; `#na#` for what there is not. */
export function formatRow(row: EpochRow, columns: readonly string[]): string[] {
  const numbers = [row.trainLoss, row.validLoss, ...row.metrics];
  return columns.map((column, i) => {
    if (i === 0) return String(row.epoch);
    if (column === 'time' && i === columns.length - 1) return formatTime(row.seconds);
    return formatNumber(numbers[i - 1] ?? null);
  });
}

/** As `'%.6f'` in Python. */
function formatNumber(value: number | null): string {
  if (value === null) return '#na#';
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return value.toFixed(6);
}

/** `mm:ss`, from an hour on `h:mm:ss`. */
export function formatTime(seconds: number): string {
  const whole = Math.trunc(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const clock = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours === 0 ? clock : `${hours}:${clock}`;
}

/** The cells below one another: as wide as the column's name, at least 8, and two spaces. */
export function alignRow(cells: readonly string[], columns: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(Math.max(columns[i]?.length ?? 0, 8) + 2))
    .join('')
    .trimEnd();
}
