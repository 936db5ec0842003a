import type { ErrorMessage } from '../../threads/errorMessage.js';
import type { ProgressEvent } from '../progress/index.js';

/** What a worker begins with. */
export interface FitStart {
  /** {@link FitParts}, described for a worker and packed. */
  readonly parts: unknown;
  readonly threads: number;
  readonly nice: number;
}

/** What the worker makes of its parts. */
export interface FitParts {
  readonly fit: unknown;
  readonly args: unknown;
}

/** What the worker is sent: why it shall end. */
export interface FitAbort {
  readonly abort: ErrorMessage;
}

/** What comes from the worker; values are packed. */
export type FitMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'progress'; readonly event: ProgressEvent }
  | { readonly kind: 'published'; readonly value: unknown }
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };
