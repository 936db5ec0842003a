import type { Tensor } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';

/**
 * Writes `Id,Sales` for each row of the test table, the sales rounded down.
 *
 * @param logSales predicted ln(Sales), `[rows, 1]`, in the order of the rows
 */
export function writeSubmission(path: string, test: DataFrame, logSales: Tensor): void {
  using sales = logSales.flatten().exp();
  const whole = pl.Series(
    'Sales',
    [...(sales.toTypedArray() as Float32Array)].map(Math.floor),
    pl.Int64,
  );
  pl.DataFrame([test.getColumn('Id'), whole]).writeCSV(path);
}
