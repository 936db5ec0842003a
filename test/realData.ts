import { describe } from 'vitest';

/**
 * A vitest suite over the real tables and weights, given their folder FLAMBEAU_DATA. Without it, it is skipped
 * with a message; in CI it fails.
 */
export function describeWithData(name: string, define: (folder: string) => void): void {
  const folder = process.env.FLAMBEAU_DATA;
  if (folder === undefined) {
    const message = `FLAMBEAU_DATA is not set: '${name}' needs the real data`;
    if (process.env.CI) throw new Error(message);
    console.warn(`SKIPPED: ${message}`);
  }
  describe.skipIf(folder === undefined)(name, () => define(folder ?? ''));
}
