export const bagModes = ['sum', 'mean', 'max'] as const;

/** How the rows of a bag become one; the place in the list is libtorch's code. */
export type BagMode = (typeof bagModes)[number];

/** @throws RangeError for an unknown mode, or an option that 'max' does not have */
export function checkBagMode(
  owner: string,
  mode: BagMode,
  options: { scaleGradByFreq?: boolean; sparse?: boolean },
): void {
  if (!bagModes.includes(mode)) {
    throw new RangeError(`${owner}: mode must be 'sum', 'mean' or 'max', got '${String(mode)}'`);
  }
  for (const name of ['scaleGradByFreq', 'sparse'] as const) {
    if (mode === 'max' && options[name] === true) {
      throw new RangeError(`${owner}: the mode 'max' does not have ${name}`);
    }
  }
}
