/** Stands for a share of 0, whose logarithm is infinite. */
const least = 1e-4;

/**
 * The population stability index Σ (a - e) ln(a / e) of two distributions over the same bins: 0 for
 * equal ones, by custom worth a look above 0.1 and an alarm above 0.25. A share of 0 counts as
 * 0.0001.
 * @param expected shares, or counts, of the reference
 * @param actual the same of what is compared with it
 * @throws RangeError unless both have as many bins, no negative ones, and some above 0
 */
export function psi(expected: readonly number[], actual: readonly number[]): number {
  const isDistribution = (shares: readonly number[]) =>
    shares.every((share) => share >= 0 && Number.isFinite(share)) && total(shares) > 0;
  if (expected.length !== actual.length || !isDistribution(expected) || !isDistribution(actual)) {
    throw new RangeError(
      `psi: expected the shares of as many bins, got [${expected}] and [${actual}]`,
    );
  }
  const [expectedTotal, actualTotal] = [total(expected), total(actual)];
  return total(
    expected.map((share, bin) => {
      const e = Math.max(share / expectedTotal, least);
      const a = Math.max((actual[bin] as number) / actualTotal, least);
      return (a - e) * Math.log(a / e);
    }),
  );
}

function total(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0);
}
