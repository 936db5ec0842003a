import { toPythonName } from '../../nn/names.js';

/** PyTorch's names and layout; functions are left out. */
export type LRSchedulerState = Readonly<Record<string, unknown>>;

const capitals: Readonly<Record<string, string>> = {
  tMax: 'T_max',
  t0: 'T_0',
  tMult: 'T_mult',
  tCur: 'T_cur',
  tI: 'T_i',
};

function pythonName(field: string): string {
  return capitals[field] ?? toPythonName(field);
}

/** A copy of the fields under the names that Python gives them. */
export function writeState(fields: object): Record<string, unknown> {
  const written = Object.entries(fields)
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .map(([field, value]) => [pythonName(field), structuredClone(value)]);
  return Object.fromEntries(written) as Record<string, unknown>;
}

/**
 * Takes the fields that the dictionary has; others stay.
 * @throws TypeError when one has another type; nothing is then changed
 */
export function readState(fields: object, dict: LRSchedulerState): void {
  const read: Record<string, unknown> = {};
  for (const [field, old] of Object.entries(fields)) {
    const value = dict[pythonName(field)];
    if (value === undefined || typeof old === 'function') continue;
    if (old !== null && value !== null && typeof value !== typeof old) {
      throw new TypeError(`${pythonName(field)} must be a ${typeof old}, got a ${typeof value}`);
    }
    read[field] = structuredClone(value);
  }
  Object.assign(fields, read);
}
