/**
 * @param owner the class that takes the argument
 * @throws RangeError unless `value` is a whole number of at least `least`
 */
export function checkSize(owner: string, name: string, value: number, least = 0): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(
      `${owner}: ${name} must be a whole number of at least ${least}, got ${value}`,
    );
  }
}

/** @throws RangeError unless `value` is from 0 to 1 */
export function checkProbability(owner: string, value: number): void {
  if (!(value >= 0 && value <= 1)) {
    throw new RangeError(`${owner}: the probability must be between 0 and 1, got ${value}`);
  }
}

/** @throws RangeError unless `margin` is positive */
export function checkMargin(owner: string, margin: number): void {
  if (!(margin > 0)) throw new RangeError(`${owner}: margin must be positive, got ${margin}`);
}

/**
 * The row that a possibly negative index stands for.
 * @throws RangeError when there is no such row
 */
export function rowIndex(index: number | null, rows: number): number | null {
  if (index === null) return null;
  if (!Number.isInteger(index) || index >= rows || index < -rows) {
    throw new RangeError(`paddingIdx must be within the ${rows} rows of the table, got ${index}`);
  }
  return index < 0 ? index + rows : index;
}
