/** Data that cannot be used as it is; the message names the column, the row and what was expected. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
