import { checkOptions, TextTable } from '@flambeau/core';
import type { TableLike } from '@flambeau/vision';
import { columnMaker } from '../textColumn.js';
import { binningOf, countBins } from './binning.js';
import { tableColumns } from './tableColumns.js';

export interface FeatureAuditOptions {
  /** Features. Default: all other columns. */
  readonly features?: readonly string[];
  /** Ranges that numbers are counted in. Default 10. */
  readonly bins?: number;
  /** From which Cramér's V on a feature counts as a proxy. Default 0.3. */
  readonly threshold?: number;
}

/** How much a feature tells of a sensitive attribute. */
export interface Association {
  readonly feature: string;
  readonly n: number;
  /** Cramér's V, √(χ² / (n (min(rows, columns) - 1))), without correction: from 0 to 1. */
  readonly cramersV: number;
  /** In nats. */
  readonly mutualInformation: number;
  readonly isProxy: boolean;
}

export interface FeatureAudit {
  /** The strongest first. */
  readonly features: readonly Association[];
  /** Features that stand for the attribute, also where it is left out. */
  readonly proxies: readonly string[];
  readonly table: TextTable;
}

/**
 * Which features tell of a sensitive attribute. Missing values count as a value. A feature with a
 * category for almost each row, such as a name, tells all without being of use on other rows.
 * @throws RangeError for a column that is not there, and for a table without rows
 */
export function featureAudit(
  table: TableLike,
  sensitive: string,
  options: FeatureAuditOptions = {},
): FeatureAudit {
  checkOptions('featureAudit', options, ['features', 'bins', 'threshold']);
  const { byName, valuesOf } = tableColumns('featureAudit', table);
  const { bins = 10, threshold = 0.3 } = options;
  const { features = [...byName.keys()].filter((name) => name !== sensitive) } = options;
  const binned = (name: string): string[] => {
    const values = valuesOf(name);
    return values.map(binningOf(values, bins).binOf);
  };
  const groups = binned(sensitive);
  const found = features
    .map((feature): Association => {
      const measured = associate(binned(feature), groups);
      return { feature, n: groups.length, ...measured, isProxy: measured.cramersV >= threshold };
    })
    .sort((a, b) => b.cramersV - a.cramersV);
  const column = columnMaker(found);
  return {
    features: found,
    proxies: found.filter(({ isProxy }) => isProxy).map(({ feature }) => feature),
    table: new TextTable([
      column('feature', ({ feature }) => feature),
      column('n', ({ n }) => `${n}`),
      column("Cramér's V", ({ cramersV }) => cramersV.toFixed(4)),
      column('mutual information', (row) => row.mutualInformation.toFixed(4)),
      column('proxy', ({ isProxy }) => (isProxy ? 'yes' : 'no')),
    ]),
  };
}

function associate(
  xs: readonly string[],
  ys: readonly string[],
): Pick<Association, 'cramersV' | 'mutualInformation'> {
  const n = xs.length;
  const [byX, byY] = [countBins(xs), countBins(ys)];
  const joint = countBins(xs.map((x, row) => JSON.stringify([x, ys[row]])));
  let squares = 0;
  let mutualInformation = 0;
  for (const [key, count] of joint) {
    const [x, y] = JSON.parse(key) as [string, string];
    const expected = ((byX.get(x) as number) * (byY.get(y) as number)) / n;
    // χ² = Σ count² / expected - n, in which cells without rows are 0.
    squares += count ** 2 / expected;
    mutualInformation += (count / n) * Math.log(count / expected);
  }
  const freedom = Math.min(byX.size, byY.size) - 1;
  const cramersV = freedom === 0 ? 0 : Math.sqrt(Math.max(0, squares - n) / (n * freedom));
  return { cramersV, mutualInformation: Math.max(0, mutualInformation) };
}
