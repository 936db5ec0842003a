import { native } from '@flambeau/native';
import { type ModeGuard, within } from './gradMode.js';

export interface AnomalyOptions {
  /** Also look for NaN in every gradient. Default: true. */
  readonly checkNan?: boolean;
}

/**
 * Finds out where a wrong gradient comes from: a backward that fails, or that makes NaN, names the
 * forward operation. Slow. `detectAnomaly(() => …)`, or `using _ = detectAnomaly();`.
 * @throws AnomalyError where a gradient has NaN.
 */
export function detectAnomaly(options?: AnomalyOptions): ModeGuard;
export function detectAnomaly<T>(fn: () => T, options?: AnomalyOptions): T;
export function detectAnomaly<T>(
  fnOrOptions?: (() => T) | AnomalyOptions,
  options?: AnomalyOptions,
): T | ModeGuard {
  const fn = typeof fnOrOptions === 'function' ? fnOrOptions : undefined;
  const { checkNan = true } = (typeof fnOrOptions === 'function' ? options : fnOrOptions) ?? {};
  const before = native.isAnomalyEnabled();
  native.setAnomalyMode(true, checkNan);
  return within(() => native.setAnomalyMode(before, checkNan), fn);
}

export function isAnomalyEnabled(): boolean {
  return native.isAnomalyEnabled();
}
