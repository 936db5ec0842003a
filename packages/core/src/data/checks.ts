/**
 * @param owner the class that takes the argument
 * @throws RangeError unless `value` is a whole number of at least 1
 */
export function checkPositive(owner: string, name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${owner}: ${name} must be a whole number of at least 1, got ${value}`);
  }
}
