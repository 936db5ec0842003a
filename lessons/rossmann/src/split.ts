import { DataError } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';

/**
 * The rows that validate in the lesson's split by time: those before `cut`, the last row with the
 * date found at row `testRows`. So one row of the boundary date stays in training, as in the lesson.
 *
 * @throws DataError when there are not more than `testRows` rows, or dates ascend on the way.
 */
export function validationRows(frame: DataFrame, testRows: number): number[] {
  const dates: Int32Array = frame.getColumn('Date').cast(pl.Int32).toTypedArray();
  const boundary = dates[testRows];
  if (boundary === undefined) {
    throw new DataError(
      `the split by time needs more than ${testRows} rows with sales (the rows of the test ` +
        `table), and the train table has ${dates.length}`,
    );
  }
  const ascent = dates.findIndex((day, row) => row > 0 && day > (dates[row - 1] as number));
  if (ascent >= 0) {
    throw new DataError(
      `the train table must be sorted by date, newest first; among its rows with sales, ` +
        `row ${ascent} is newer than the one before`,
    );
  }
  return Array.from({ length: dates.lastIndexOf(boundary) }, (_, row) => row);
}
