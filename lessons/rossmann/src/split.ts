import pl, { type DataFrame } from 'nodejs-polars';
import { DataError } from './data.js';

/**
 * The lesson's split by time. `cut` is the last row with the date found at row `testRows`; rows
 * before `cut` are for validation, the others for training, so that one row of the boundary date
 * stays in training, as in the lesson.
 *
 * @throws DataError when there are not more than `testRows` rows, or dates ascend on the way.
 */
export function splitByTime(
  frame: DataFrame,
  testRows: number,
): { train: DataFrame; valid: DataFrame } {
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
      `the train table must be sorted by date, newest first; among its rows with sales, row ${ascent} is newer than the one before`,
    );
  }
  const cut = dates.lastIndexOf(boundary);
  return { train: frame.slice(cut, frame.height - cut), valid: frame.slice(0, cut) };
}
