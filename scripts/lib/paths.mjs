import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {...string} parts Below the root of the checkout. */
export const inRepo = (...parts) => join(root, ...parts);
