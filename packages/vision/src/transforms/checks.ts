/** @throws RangeError unless the value is above 0 */
export function checkAbove0(name: string, value: number): void {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return;
  throw new RangeError(`${name} must be above 0, got ${value}`);
}

/** @throws RangeError unless the value is a whole number from `low` to `high` */
export function checkWhole(
  name: string,
  value: number,
  low: number,
  high = Number.POSITIVE_INFINITY,
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const range = high === Number.POSITIVE_INFINITY ? `${low} up` : `${low} to ${high}`;
  throw new RangeError(`${name} must be a whole number from ${range}, got ${value}`);
}
