import { checkOptions, TextTable } from '@flambeau/core';
import { columnMaker } from '../textColumn.js';

/** A moment: a Date, a number, or a text whose order is that of time, such as '2015-06-19'. */
export type Moment = Date | number | string;

export interface HoldOutOptions {
  /** Of the items that are held out, at least. Default 0.2. */
  readonly share?: number;
}

/** A part of the data in time. */
export interface Period {
  readonly part: 'train' | 'valid';
  readonly n: number;
  readonly from: string;
  readonly until: string;
}

export interface HoldOut {
  /** The items that validate, for `splitByIdx`, in their order. */
  readonly rows: readonly number[];
  readonly periods: readonly Period[];
  readonly table: TextTable;
}

/**
 * Holds out the most recent items, since a model is used on what comes after its data: at least the
 * share, and all of the same moment, so that no moment is in both parts.
 * @throws RangeError for moments of different kinds or none, for a share that is not between 0 and
 * 1, and where nothing is left to train on
 */
export function holdOutRecent(times: readonly Moment[], options: HoldOutOptions = {}): HoldOut {
  checkOptions('holdOutRecent', options, ['share']);
  const { share = 0.2 } = options;
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`holdOutRecent: share must be between 0 and 1, got ${share}`);
  }
  checkMoments(times);
  const ordered = times.map(orderOf).sort(compare);
  const first = ordered[ordered.length - leastCount(share, ordered.length)];
  const isRecent = (time: Moment) => compare(orderOf(time), first as number | string) >= 0;
  const rows = times.flatMap((time, row) => (isRecent(time) ? [row] : []));
  if (rows.length === times.length) {
    throw new RangeError(
      `holdOutRecent: nothing is left to train on, all of ${times.length} items are from ` +
        `${textOf(times[0] as Moment)} on`,
    );
  }
  const recent = times.filter(isRecent);
  const periods = [
    periodOf(
      'train',
      times.filter((time) => !isRecent(time)),
    ),
    periodOf('valid', recent),
  ];
  const column = columnMaker(periods);
  const table = new TextTable([
    column('part', ({ part }) => part),
    column('n', ({ n }) => `${n}`),
    column('from', ({ from }) => from),
    column('until', ({ until }) => until),
  ]);
  return { rows, periods, table };
}

/** The least count that is the share of all; 0.07 * 100 is above 7. */
function leastCount(share: number, all: number): number {
  const count = Math.floor(share * all);
  return count / all >= share ? count : count + 1;
}

function periodOf(part: Period['part'], times: readonly Moment[]): Period {
  const ordered = [...times].sort((a, b) => compare(orderOf(a), orderOf(b)));
  const [from, until] = [ordered[0] as Moment, ordered.at(-1) as Moment];
  return { part, n: times.length, from: textOf(from), until: textOf(until) };
}

function checkMoments(times: readonly unknown[]): void {
  const kindOf = (time: unknown) => (time instanceof Date ? 'Date' : typeof time);
  const kind = kindOf(times[0]);
  const other = times.findIndex(
    (time) => kindOf(time) !== kind || Number.isNaN(time instanceof Date ? +time : time),
  );
  if (['Date', 'number', 'string'].includes(kind) && other < 0) return;
  const row = Math.max(other, 0);
  throw new RangeError(
    `holdOutRecent: expected Dates, numbers or texts, all alike; item ${row} is ${times[row]}`,
  );
}

function orderOf(time: Moment): number | string {
  return time instanceof Date ? time.getTime() : time;
}

function textOf(time: Moment): string {
  return time instanceof Date ? time.toISOString() : `${time}`;
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
