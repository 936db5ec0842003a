/** How tensors are written as text. */
export interface PrintOptions {
  /** Decimals of floating numbers. Default 4. */
  readonly precision: number;
  /** Number of elements beyond which only the edges are shown. Default 1000. */
  readonly threshold: number;
  /** Elements shown at each end of a dimension when only the edges are. Default 3. */
  readonly edgeitems: number;
  /** Characters in a line before it is broken. Default 80. */
  readonly linewidth: number;
  /** Scientific notation always (true), never (false), or where it reads better (null). */
  readonly sciMode: boolean | null;
}

export type PrintProfile = 'default' | 'short' | 'full';

const profiles: Readonly<Record<PrintProfile, Omit<PrintOptions, 'sciMode'>>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80 },
};

let current: PrintOptions = { ...profiles.default, sciMode: null };

/**
 * Changes how tensors are written from now on. A profile is applied before the other options.
 * As in Python, `sciMode` returns to null where it is not given.
 * @throws RangeError for an unknown profile, or a number that is negative or NaN.
 */
export function setPrintOptions(options: Partial<PrintOptions> & { profile?: PrintProfile }): void {
  const { profile, ...rest } = options;
  if (profile !== undefined && !Object.hasOwn(profiles, profile)) {
    throw new RangeError(
      `unknown profile '${profile}'; expected ${Object.keys(profiles).join(', ')}`,
    );
  }
  current = mergePrintOptions({ sciMode: null, ...(profile && profiles[profile]), ...rest });
}

/** The options in force. */
export function getPrintOptions(): PrintOptions {
  return current;
}

/** The options in force with some changed, for one text. */
export function mergePrintOptions(options: Partial<PrintOptions>): PrintOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (typeof value === 'number' && !(value >= 0)) {
      throw new RangeError(`${name} must be a number from 0 up, got ${value}`);
    }
  }
  return { ...current, ...Object.fromEntries(given) };
}
