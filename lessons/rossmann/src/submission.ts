import { type Tensor, tidy } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';

/**
 * Writes `Id,Sales` for each row of the test table, the sales rounded down.
 *
 * @param logSales predicted ln(Sales), `[rows, 1]`, in the order of the rows
 */
export function writeSubmission(path: string, test: DataFrame, logSales: Tensor): void {
  const sales = tidy(() => logSales.flatten().exp().toTypedArray()) as Float32Array;
  const whole = pl.Series('Sales', [...sales].map(Math.floor), pl.Int64);
  pl.DataFrame([test.getColumn('Id'), whole]).writeCSV(path);
}
