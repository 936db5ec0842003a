import { DataError } from '@flambeau/core';

/** The variables of a model of tables, such as a `TabularList` has. */
export interface Variables {
  readonly catNames: readonly string[];
  readonly contNames: readonly string[];
}

/**
 * Checks that a model is not given sensitive columns, which are for evaluation only: neither they
 * nor what processors made of them, `x_na`.
 * @throws DataError naming the columns that the model is given
 */
export function checkEvaluationOnly(
  sensitive: readonly string[],
  { catNames, contNames }: Variables,
): void {
  const own = new Set(sensitive.flatMap((name) => [name, `${name}_na`]));
  const given = [...catNames, ...contNames].filter((name) => own.has(name));
  if (given.length === 0) return;
  throw new DataError(
    `these columns are for evaluation only, the model is given: ${given.join(', ')}`,
  );
}
