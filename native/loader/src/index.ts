import { load } from './load.js';

export type * from './binding.js';
export * from './codes.js';
export type { Libtorch } from './libtorch.mjs';
export { LoadError, type LoadFailure } from './load-error.mjs';

export const {
  /** The addon. */
  native,
  /** The libtorch it runs on. */
  libtorch,
} = load();
