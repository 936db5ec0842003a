import { join } from 'node:path';
import type { SourceTables } from './clean/index.js';
import { locateTables, readTables } from './data.js';
import { defaultStores, generateTables, writeTables } from './generate/index.js';

export interface SourceOptions {
  /** A folder with tables, or null for generated ones. */
  readonly data: string | null;
  /** Stores of generated tables. */
  readonly generate?: number | undefined;
  readonly seed: number;
  /** Generated tables are written to this folder's subfolder `rossmann`. */
  readonly saveTables?: string | undefined;
}

/** The tables of a run, and a line that says where they are from. */
export function openTables(options: SourceOptions): { tables: SourceTables; origin: string } {
  const { data, generate, seed, saveTables } = options;
  if (data !== null) {
    const folder = locateTables(data);
    return { tables: readTables(folder), origin: `Data: ${folder}` };
  }
  const stores = generate ?? defaultStores;
  const tables = generateTables(stores, seed);
  if (saveTables !== undefined) writeTables(tables, join(saveTables, 'rossmann'));
  const reason = generate === undefined ? ', as there is neither --data nor FLAMBEAU_DATA' : '';
  return {
    tables,
    origin: `Data: generated tables of ${stores} stores, seed ${seed}${reason}`,
  };
}
