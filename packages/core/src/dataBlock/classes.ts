/** The distinct labels in order: numbers by size, texts by code point, false before true. */
export function sortedClasses(labels: Iterable<unknown>): readonly unknown[] {
  return [...new Set(labels)].sort(compareLabels);
}

/** The place of each class. */
export function numberClasses(classes: readonly unknown[]): ReadonlyMap<unknown, number> {
  return new Map(classes.map((label, place) => [label, place]));
}

function compareLabels(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return Number(a) - Number(b);
}
