import { isUtf8 } from 'node:buffer';
import { DataError } from '@flambeau/core';

const [lineFeed, carriageReturn] = [10, 13];

/** How the cells of a CSV file are told apart: single characters of ASCII. */
export interface CsvFormat {
  readonly sep: string;
  readonly quoteChar: string;
}

/**
 * Checks what a reader of CSV would pass over in silence, or report without its place.
 *
 * @param name of the file, for messages
 * @returns the number of rows below the header
 * @throws DataError for text that is not UTF-8, a header without columns or with the same one twice,
 * no rows, and a row with more or fewer values than there are columns
 */
export function checkCsv(name: string, bytes: Uint8Array, format: CsvFormat): number {
  if (bytes.length === 0) throw new DataError(`${name} is empty: expected a header and rows`);
  const lines = linesOf(bytes, format);
  const { value: header } = lines.next() as IteratorYieldResult<Line>;
  const columns = cellsOf(header, bytes, format).map((cell) => cell.toString());
  if (!isUtf8(bytes)) throw encodingError(name, bytes, columns, format);
  checkHeader(name, columns);
  let row = 0;
  for (const line of lines) {
    if (line.wrong !== undefined) {
      throw new DataError(`${name}, row ${row} (line ${line.number}): ${line.wrong}`);
    }
    if (line.cells !== columns.length) {
      throw raggedError(name, row, line, columns);
    }
    row++;
  }
  if (row === 0) throw new DataError(`${name} has a header, but no rows`);
  return row;
}

interface Line {
  readonly start: number;
  readonly end: number;
  readonly cells: number;
  /** Counted from 1, as editors do. */
  readonly number: number;
  /** What is wrong with its quotes. */
  readonly wrong?: string | undefined;
}

/** The lines, of which one goes on where a quoted cell has a line break. */
function* linesOf(bytes: Uint8Array, format: CsvFormat): Generator<Line> {
  let line = lineFrom(bytes, 0, 1, format);
  for (; line !== undefined; line = lineFrom(bytes, line.end + 1, line.next, format)) yield line;
}

/** The line that begins at `start`; undefined at the end. */
function lineFrom(
  bytes: Uint8Array,
  start: number,
  number: number,
  { sep, quoteChar }: CsvFormat,
): (Line & { readonly next: number }) | undefined {
  if (start >= bytes.length) return undefined;
  const [separator, quote] = [sep.charCodeAt(0), quoteChar.charCodeAt(0)];
  let [at, cellStart, cells, next, closed] = [start, start, 1, number, -2];
  let isQuoted = false;
  let wrong: string | undefined;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === separator) {
      if (isQuoted) continue;
      cells++;
      cellStart = at + 1;
    } else if (byte === lineFeed) {
      next++;
      if (!isQuoted) break;
    } else if (byte === quote) {
      // A quote opens a cell at its start, and is one of a pair right behind another.
      if (isQuoted) closed = at;
      else if (at !== cellStart && at !== closed + 1) wrong ??= strayQuote(quoteChar);
      isQuoted = !isQuoted;
    }
  }
  if (isQuoted) wrong ??= `there is a ${quoteChar} that is never closed`;
  if (isBlank(bytes, start, at)) cells = 0;
  return { start, end: at, cells, number, next, wrong };
}

function strayQuote(quote: string): string {
  return (
    `there is a ${quote} within a value; expected the whole value between two ${quote}, and ` +
    `${quote}${quote} in it`
  );
}

/** A blank line is a missing value where there is one column, which then has one cell. */
function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  return end === start || (end === start + 1 && bytes[start] === carriageReturn);
}

function cellsOf(
  { start, end }: Line,
  bytes: Uint8Array,
  { sep, quoteChar }: CsvFormat,
): readonly Buffer[] {
  const text = Buffer.from(bytes.subarray(start, end)).toString('latin1').replace(/\r$/, '');
  const cells = [''];
  let isQuoted = false;
  for (const character of text) {
    if (character === quoteChar) isQuoted = !isQuoted;
    else if (character === sep && !isQuoted) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells.map((cell) => Buffer.from(cell, 'latin1'));
}

function checkHeader(name: string, columns: readonly string[]): void {
  const twice = columns.findIndex((column, place) => columns.indexOf(column) < place);
  if (twice < 0) return;
  throw new DataError(
    `${name} has the column '${columns[twice]}' twice, as number ${columns.indexOf(columns[twice] as string) + 1} ` +
      `and as number ${twice + 1}: expected different names`,
  );
}

function raggedError(name: string, row: number, line: Line, columns: readonly string[]): DataError {
  const { cells, number } = line;
  const lacking = cells < columns.length ? `, none for '${columns[cells]}'` : '';
  return new DataError(
    `${name}, row ${row} (line ${number}): expected ${columns.length} values, one for each column, ` +
      `got ${cells}${lacking}`,
  );
}

function encodingError(
  name: string,
  bytes: Uint8Array,
  columns: readonly string[],
  format: CsvFormat,
): DataError {
  let row = -1;
  for (const line of linesOf(bytes, format)) {
    const cells = cellsOf(line, bytes, format);
    const place = cells.findIndex((cell) => !isUtf8(cell));
    if (place >= 0) {
      const byte = (cells[place] as Buffer).find((it) => it > 127) as number;
      const where = row < 0 ? 'the header' : `column '${columns[place]}', row ${row}`;
      return new DataError(
        `${name}, ${where} (line ${line.number}): expected text in UTF-8, got the byte ` +
          `0x${byte.toString(16)}; save the file as UTF-8`,
      );
    }
    row++;
  }
  return new DataError(`${name}: expected text in UTF-8`);
}
