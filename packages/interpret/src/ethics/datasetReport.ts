import { checkOptions, TextTable } from '@flambeau/core';
import type { TableLike } from '@flambeau/vision';
import { checkShares } from '../numbers.js';
import { columnMaker } from '../textColumn.js';
import {
  defaultMinSupport,
  type Group,
  groupsOf,
  isMissing,
  supportText,
  withAbsent,
} from './groups.js';
import { type Share, shareOf, shareText } from './intervals.js';
import { tableColumns } from './tableColumns.js';

export interface DatasetReportOptions {
  /** Columns whose groups are reported, and their combinations where there are several. */
  readonly groups: string | readonly string[];
  /** A column that says which part a row is in, such as training or validation. */
  readonly split?: string;
  /** A column with labels. */
  readonly label?: string;
  /** The label whose rate is reported. Default 1, or true; others are to be named. */
  readonly positive?: unknown;
  /** Expected shares by group, such as those of the population. */
  readonly reference?: Readonly<Record<string, number>>;
  /** Groups of fewer rows are flagged. Default 30. */
  readonly minSupport?: number;
}

const reportOptions = [
  'groups',
  'split',
  'label',
  'positive',
  'reference',
  'minSupport',
] as const satisfies readonly (keyof DatasetReportOptions)[];

/** A group in a part of the data. */
export interface GroupRows {
  readonly split: string;
  readonly group: string;
  readonly n: number;
  readonly isSmall: boolean;
  /** Of the rows of the part. */
  readonly share: number;
  /** Share - expected share; NaN where none is expected. */
  readonly difference: number;
  /** Rows with the positive label, of those with any; undefined without a column of labels. */
  readonly labelRate: Share | undefined;
  /** By column, the share of rows without a value. Columns with all values are left out. */
  readonly missing: Readonly<Record<string, number>>;
}

export interface DatasetReport {
  readonly rows: readonly GroupRows[];
  readonly table: TextTable;
}

/**
 * Who is in the data: for each part and group the rows, their share, how that differs from a
 * reference, how often they have the label, and which values are missing. Groups that only the
 * reference has are there with no rows. A column `x_na`, as
 * FillMissing makes it, says where those of `x` were.
 * @throws RangeError for a column that is not there, for a table without rows, for expected shares
 * that are none, and for labels other than 0 and 1 where the positive one is not named
 */
export function datasetReport(table: TableLike, options: DatasetReportOptions): DatasetReport {
  checkOptions('datasetReport', options, reportOptions);
  const { rows: count, byName: columns, valuesOf } = tableColumns('datasetReport', table);
  const { split, label, positive, reference, minSupport = defaultMinSupport } = options;
  checkShares('datasetReport, reference', Object.values(reference ?? {}));
  const grouping = Object.fromEntries([options.groups].flat().map((it) => [it, valuesOf(it)]));
  const parts =
    split === undefined
      ? [{ name: 'all', indices: Array.from({ length: count }, (_, row) => row) }]
      : groupsOf('datasetReport', valuesOf(split), count);
  const present = groupsOf('datasetReport', grouping, count, { intersections: true });
  const groups = withAbsent(present, reference);
  const labels = label === undefined ? undefined : positives(valuesOf(label), positive);
  const rows = parts.flatMap((part) => {
    const within = new Set(part.indices);
    return groups.map(({ name, indices }): GroupRows => {
      const own = { name, indices: indices.filter((row) => within.has(row)) };
      const share = own.indices.length / part.indices.length;
      const expected = reference?.[name] ?? (reference === undefined ? Number.NaN : 0);
      return {
        split: part.name,
        group: name,
        n: own.indices.length,
        isSmall: own.indices.length < minSupport,
        share,
        difference: share - expected,
        labelRate: labels && rateOf(own, labels),
        missing: missingIn(own, columns),
      };
    });
  });
  return { rows, table: tableOf(rows) };
}

/** Whether each label is the positive one; undefined where there is no label. */
function positives(labels: readonly unknown[], positive: unknown): (boolean | undefined)[] {
  const known = labels.filter((label) => !isMissing(label));
  const isFlag = (label: unknown) => typeof label !== 'string' && [0, 1].includes(Number(label));
  const other = known.find((label) => !isFlag(label));
  if (positive === undefined && other !== undefined) {
    throw new RangeError(
      `datasetReport: name the positive label where labels are not 0 and 1, got '${other}'`,
    );
  }
  const isPositive = (label: unknown) =>
    positive === undefined ? Number(label) === 1 : `${label}` === `${positive}`;
  return labels.map((label) => (isMissing(label) ? undefined : isPositive(label)));
}

function rateOf({ indices }: Group, labels: readonly (boolean | undefined)[]): Share {
  const known = indices.filter((row) => labels[row] !== undefined);
  return shareOf(known.filter((row) => labels[row]).length, known.length);
}

function missingIn(
  { indices }: Group,
  columns: ReadonlyMap<string, readonly unknown[]>,
): Record<string, number> {
  const missing: Record<string, number> = {};
  for (const [name, values] of columns) {
    const flags = columns.get(`${name}_na`);
    const isGone = (row: number) => isMissing(values[row]) || flags?.[row] === true;
    const gone = indices.filter(isGone).length;
    if (gone > 0) missing[name] = gone / indices.length;
  }
  return missing;
}

function tableOf(rows: readonly GroupRows[]): TextTable {
  const column = columnMaker(rows);
  const hasReference = rows.some(({ difference }) => !Number.isNaN(difference));
  const hasLabels = rows.some(({ labelRate }) => labelRate !== undefined);
  return new TextTable([
    column('part', ({ split }) => split),
    column('group', ({ group }) => group),
    column('n', supportText),
    column('share', ({ share }) => share.toFixed(3)),
    ...(hasReference ? [column('to reference', (row) => row.difference.toFixed(3))] : []),
    ...(hasLabels
      ? [column('label rate', ({ labelRate }) => (labelRate ? shareText(labelRate) : ''))]
      : []),
    column('missing', ({ missing }) =>
      Object.entries(missing)
        .map(([name, share]) => `${name} ${share.toFixed(3)}`)
        .join(', '),
    ),
  ]);
}
