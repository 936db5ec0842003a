import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { checkOptions } from '@flambeau/core';
import pl, { type DataFrame, type DataType } from 'nodejs-polars';
import { checkCsv } from './csvLines.js';
import { firstRows, readTyped } from './csvTypes.js';

export interface CsvOptions {
  /** Between values. Default ','. */
  readonly sep?: string;
  /** Around values that have a separator or a line break in them. Default '"'. */
  readonly quoteChar?: string;
  /** What stands for a missing value, beside nothing. Default: what pandas takes for one. */
  readonly nullValues?: readonly string[];
  /** Types of columns, where all values together shall not decide. */
  readonly dtypes?: Readonly<Record<string, DataType>>;
}

export const csvOptions = [
  'sep',
  'quoteChar',
  'nullValues',
  'dtypes',
] as const satisfies readonly (keyof CsvOptions)[];

/** As pandas has it. */
const missingTexts = [
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN'],
  ...['<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
];

/**
 * The table in a CSV file with a header, in UTF-8, compressed where the name ends with .gz. All
 * values of a column decide on its type, so that none is lost.
 * @throws DataError naming row and column, see {@link checkCsv}
 * @throws RangeError for a separator that is not one character
 */
export function readCsv(path: string, options: CsvOptions = {}): DataFrame {
  checkOptions('readCsv', options, csvOptions);
  const { sep = ',', quoteChar = '"', nullValues = missingTexts, dtypes = {} } = options;
  for (const [name, text] of Object.entries({ sep, quoteChar })) {
    if (text.length !== 1 || text.charCodeAt(0) > 127) {
      throw new RangeError(`${name} must be a single character of ASCII, got '${text}'`);
    }
  }
  const file = readFileSync(path);
  const bytes = withoutLastBreaks(path.endsWith('.gz') ? gunzipSync(file) : file);
  checkCsv(path, bytes, { sep, quoteChar });
  // Polars looks for each in every value.
  const present = nullValues.filter((text) => bytes.includes(text));
  return readTyped(path, dtypes, (types) =>
    pl.readCSV(bytes, {
      sep,
      quoteChar,
      nullValues: present,
      inferSchemaLength: firstRows,
      ignoreErrors: false,
      dtypes: { ...types },
    }),
  );
}

const byteOrderMark = Buffer.from('\ufeff');

/** Polars makes a row of missing values of each blank line at the end. */
function withoutLastBreaks(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  let end = bytes.length;
  while (end > start && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end--;
  return bytes.subarray(start, end);
}
