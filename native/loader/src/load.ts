import { createRequire } from 'node:module';
import type { NativeBinding } from './binding.js';

export function loadAddon(): NativeBinding {
  const require = createRequire(import.meta.url);
  return require('node-gyp-build')(new URL('../..', import.meta.url).pathname) as NativeBinding;
}
