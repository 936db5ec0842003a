import type { TabularProc } from '../processors/tabularProc.js';

/**
 * Whether a processor treats rows without a frame, as it treats a frame: not so for a subclass that
 * changes what is done with frames only.
 */
export function takesRows(proc: TabularProc): boolean {
  const byRows = distanceTo(proc, 'applyRows');
  return ['applyTest', 'applyTrain', 'call'].every((name) => byRows <= distanceTo(proc, name));
}

/** How many prototypes up the method is; infinite where there is none. */
function distanceTo(proc: object, method: string): number {
  let distance = 0;
  for (let owner = proc; owner !== null; owner = Object.getPrototypeOf(owner), distance++) {
    if (Object.hasOwn(owner, method)) return distance;
  }
  return Number.POSITIVE_INFINITY;
}
