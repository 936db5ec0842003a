/** A variable's number of classes, `#na#` included, and the length of its embeddings. */
export type EmbeddingSize = readonly [classes: number, size: number];

/** The length of the embeddings of a variable with so many classes (fast.ai v1's rule). */
export function embSzRule(classes: number): number {
  return Math.min(600, Math.round(1.6 * classes ** 0.56));
}

/**
 * Sizes for variables in their order.
 * @param szDict lengths by name that the rule shall not choose
 * @throws RangeError for a name that is no variable
 */
export function getEmbSzs(
  classes: Readonly<Record<string, readonly unknown[]>>,
  szDict: Readonly<Record<string, number>> = {},
): EmbeddingSize[] {
  for (const name of Object.keys(szDict)) {
    if (!(name in classes)) throw new RangeError(`'${name}' is no categorical variable`);
  }
  return Object.entries(classes).map(([name, { length }]) => [
    length,
    szDict[name] ?? embSzRule(length),
  ]);
}
