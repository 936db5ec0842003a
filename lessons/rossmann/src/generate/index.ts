import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pl from 'nodejs-polars';
import { type Tables, tableNames } from '../schema.js';
import { states } from './germany.js';
import { RandomDraws } from './random.js';
import { drawTest, drawTrain } from './sales.js';
import { drawStores, storeStateTable, storeTable } from './stores.js';
import { drawTrends } from './trends.js';
import { drawWeather } from './weather.js';

/** Stores of a generated data set when nothing else is asked for; the real one has 1,115. */
export const defaultStores = 200;

/**
 * Tables like the real ones: the same files, columns, types, days and missing values, with
 * effects of store, weekday, season, promotion and competition in the sales. The same arguments
 * give the same tables.
 *
 * @throws RangeError when `stores` is not a whole number of at least 2.
 */
export function generateTables(stores: number, seed: number): Tables {
  if (!Number.isInteger(stores) || stores < 2) {
    throw new RangeError(`stores must be a whole number of at least 2, got ${stores}`);
  }
  const random = new RandomDraws(seed);
  const drawn = drawStores(stores, random);
  const train = drawTrain(drawn, random);
  const test = drawTest(drawn, random);
  return {
    train,
    test,
    store: storeTable(drawn),
    store_states: storeStateTable(drawn),
    state_names: pl.DataFrame({
      StateName: states.map(([name]) => name as string),
      State: states.map(([, code]) => code as string),
    }),
    googletrend: drawTrends(random),
    weather: drawWeather(random),
    sample_submission: test.select('Id').withColumns(pl.lit(0).cast(pl.Int32).alias('Sales')),
  };
}

/** Writes each of the tables as NAME.csv into `folder`, which is made when it is not there. */
export function writeTables(tables: Partial<Tables>, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of tableNames) tables[name]?.writeCSV(join(folder, `${name}.csv`));
}
