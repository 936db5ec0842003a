import type { DataFrame } from 'nodejs-polars';

export interface ContCatSplit {
  readonly contNames: readonly string[];
  readonly catNames: readonly string[];
}

/**
 * A proposal which columns are continuous: those of floats, and those of integers with more than
 * `maxCard` different values. All others are categorical.
 *
 * @param depVar the target, or targets, which are in neither list
 */
export function contCatSplit(
  df: DataFrame,
  maxCard = 20,
  depVar: string | readonly string[] = [],
): ContCatSplit {
  const targets = new Set(typeof depVar === 'string' ? [depVar] : depVar);
  const isContinuous = (name: string) => {
    const column = df.getColumn(name);
    if (column.isFloat()) return true;
    return column.isNumeric() && column.nUnique() > maxCard;
  };
  const names = df.columns.filter((name) => !targets.has(name));
  return {
    contNames: names.filter(isContinuous),
    catNames: names.filter((name) => !isContinuous(name)),
  };
}
