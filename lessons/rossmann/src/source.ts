import { join } from 'node:path';
import { locateTables, readTables, type SalesTables } from './data.js';
import { defaultStores, generateTables, writeTables } from './generate/index.js';

export interface SourceOptions {
  /** A folder with tables, or null for generated ones. */
  readonly data: string | null;
  /** Stores of generated tables. */
  readonly generate?: number | undefined;
  readonly seed: number;
  /** Generated tables are written to its subfolder `rossmann`. */
  readonly out?: string | undefined;
}

/** The tables of a run, and a line that says where they are from. */
export function openTables(options: SourceOptions): { tables: SalesTables; origin: string } {
  const { data, generate, seed, out } = options;
  if (data !== null) {
    const folder = locateTables(data);
    return { tables: readTables(folder), origin: `Data: ${folder}` };
  }
  const stores = generate ?? defaultStores;
  const tables = generateTables(stores, seed);
  if (out !== undefined) writeTables(tables, join(out, 'rossmann'));
  const reason = generate === undefined ? ', as there is neither --data nor FLAMBEAU_DATA' : '';
  return {
    tables,
    origin: `Data: generated tables of ${stores} stores, seed ${seed}${reason}`,
  };
}
