/** Numbers as Python writes them: rounded half to even, signed zero kept, 'inf' and 'nan'. */

/** `format(x, '.{digits}f')`. */
export function fixed(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  if (Math.abs(x) >= 1e21) return `${BigInt(x)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const text = tieTakenDown(x, x.toFixed(digits + 1), 0) ?? x.toFixed(digits);
  return signOfZero(x) + text;
}

/** `format(x, '.{digits}e')`: at least two digits in the exponent. */
export function scientific(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const [longer = '', power = ''] = x.toExponential(digits + 1).split('e');
  const shorter = tieTakenDown(x, longer, Number(power));
  const text = shorter === undefined ? x.toExponential(digits) : `${shorter}e${power}`;
  return signOfZero(x) + withPaddedExponent(text);
}

/** `repr(x)`: the shortest digits that read back as x. */
export function shortest(x: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const text = x.toExponential();
  const power = Number(text.split('e')[1]);
  if (power < -4 || power >= 16) return withPaddedExponent(text);
  return `${signOfZero(x)}${x}${Number.isInteger(x) ? '.0' : ''}`;
}

function nonFinite(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  return x > 0 ? 'inf' : '-inf';
}

function signOfZero(x: number): string {
  return Object.is(x, -0) ? '-' : '';
}

function withPaddedExponent(text: string): string {
  return text.replace(/(e[+-])(\d)$/, '$10$2');
}

/**
 * JavaScript rounds a tie away from zero, Python to the even digit. Given x with one decimal more
 * than wanted, gives the decimals to keep where x is a tie whose even neighbour is below.
 */
function tieTakenDown(x: number, longer: string, power: number): string | undefined {
  const shorter = longer.slice(0, -1).replace(/\.$/, '');
  const isEven = /[02468]$/.test(shorter);
  return isEven && longer.endsWith('5') && isExactly(x, longer, power) ? shorter : undefined;
}

/** Is x, to its last bit, `decimal` times ten to the `power`? */
function isExactly(x: number, decimal: string, power: number): boolean {
  const digits = BigInt(decimal.replace('.', ''));
  const scale = power - (decimal.split('.')[1] ?? '').length;
  if (scale >= 0) return Number.isInteger(x) && BigInt(x) === digits * 10n ** BigInt(scale);
  // x = digits / 10^n exactly when x * 2^n = digits / 5^n; a power of two scales without error.
  const scaled = x * 2 ** -scale;
  return Number.isInteger(scaled) && BigInt(scaled) * 5n ** BigInt(-scale) === digits;
}
