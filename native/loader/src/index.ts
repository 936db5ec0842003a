export type * from './binding.js';
export * from './codes.js';

import type { NativeBinding } from './binding.js';
import { loadAddon } from './load.js';

/** The addon, loaded against the libtorch that was found. */
export const native: NativeBinding = loadAddon();
