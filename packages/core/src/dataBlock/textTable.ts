import { inspect } from 'node:util';
import { notebookDisplay } from '../plot/notebookDisplay.js';

/** A column of a table that people look at. */
export interface TextColumn {
  readonly name: string;
  readonly texts: readonly string[];
}

/** A table to look at: printed as text, shown as HTML in notebooks. */
export class TextTable {
  readonly columns: readonly TextColumn[];

  constructor(columns: readonly TextColumn[]) {
    this.columns = columns;
  }

  /** The texts of each row. */
  get rows(): readonly (readonly string[])[] {
    const count = this.columns[0]?.texts.length ?? 0;
    return Array.from({ length: count }, (_, row) =>
      this.columns.map(({ texts }) => texts[row] as string),
    );
  }

  /** The columns below one another, two spaces apart. */
  toString(): string {
    const widths = this.columns.map(({ name, texts }) =>
      [name, ...texts].reduce((widest, text) => Math.max(widest, text.length), 0),
    );
    const line = (cells: readonly string[]) =>
      cells
        .map((cell, place) => cell.padEnd(widths[place] as number))
        .join('  ')
        .trimEnd();
    return [this.columns.map(({ name }) => name), ...this.rows].map(line).join('\n');
  }

  /** As an HTML table. */
  toHtml(): string {
    const row = (tag: string, cells: readonly string[]) =>
      `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
    const head = row(
      'th',
      this.columns.map(({ name }) => name),
    );
    const body = this.rows.map((cells) => row('td', cells)).join('\n');
    return `<table>\n<thead>${head}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
  }

  [notebookDisplay](): Record<string, string> {
    return { 'text/html': this.toHtml(), 'text/plain': this.toString() };
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
