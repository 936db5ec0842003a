import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { inspect } from 'node:util';
import { plot, TextTable } from '@flambeau/core';

/** A text, several points, a table, or JSON. */
export type Content =
  | string
  | readonly string[]
  | TextTable
  | Readonly<Record<string, unknown>>
  | undefined;

/** A part of a document. */
export interface Section {
  /** Its name in JSON. */
  readonly key: string;
  readonly title: string;
  /** One after another; undefined ones are left out. */
  readonly contents: readonly Content[];
}

export function section(key: string, title: string, ...contents: readonly Content[]): Section {
  return { key, title, contents };
}

const notStated = 'not stated';

/** A text about a model or about data. What is not said is there as "not stated". */
export class FactSheet {
  readonly title: string;
  readonly sections: readonly Section[];

  constructor(title: string, sections: readonly Section[]) {
    this.title = title;
    this.sections = sections.map((section) => ({
      ...section,
      contents: section.contents.filter((content) => !isEmpty(content)),
    }));
  }

  /** The names of the sections that say nothing. */
  get missing(): readonly string[] {
    return this.sections.flatMap(({ key, contents }) => (contents.length === 0 ? [key] : []));
  }

  /**
   * Checks that these sections say something, such as before an export.
   * @throws RangeError naming those that do not
   */
  require(...keys: readonly string[]): this {
    const known = this.sections.map(({ key }) => key);
    const unknown = keys.filter((key) => !known.includes(key));
    if (unknown.length > 0) {
      throw new RangeError(`there is no section ${unknown.join(', ')} among ${known.join(', ')}`);
    }
    const missing = keys.filter((key) => this.missing.includes(key));
    if (missing.length === 0) return this;
    throw new RangeError(`${this.title}: these sections are required but ${notStated}: ${missing}`);
  }

  toMarkdown(): string {
    const parts = this.sections.map(({ title, contents }) => {
      const texts = contents.length === 0 ? [`*${notStated}*`] : contents.map(markdownOf);
      return [`## ${title}`, ...texts].join('\n\n');
    });
    return `${[`# ${this.title}`, ...parts].join('\n\n')}\n`;
  }

  /** By sections: a content, or several; null where nothing is stated. */
  toJSON(): Record<string, unknown> {
    const entries = this.sections.map(({ key, contents }) => {
      const values = contents.map(jsonOf);
      return [key, values.length > 1 ? values : (values[0] ?? null)];
    });
    return { title: this.title, ...Object.fromEntries(entries) };
  }

  /**
   * Writes the file, by its name's ending as .md or .json.
   * @throws RangeError for another ending
   */
  async save(path: string): Promise<void> {
    const ending = extname(path);
    if (ending !== '.md' && ending !== '.json') {
      throw new RangeError(`a sheet is saved as .md or .json; got '${path}'`);
    }
    const text = ending === '.md' ? this.toMarkdown() : `${JSON.stringify(this, null, 2)}\n`;
    await writeFile(path, text);
  }

  toString(): string {
    return this.toMarkdown();
  }

  [plot.notebookDisplay](): Record<string, string> {
    return { 'text/markdown': this.toMarkdown(), 'text/plain': this.toMarkdown() };
  }

  [inspect.custom](): string {
    return this.toMarkdown();
  }
}

function isEmpty(content: Content): boolean {
  if (content === undefined) return true;
  if (typeof content === 'string') return content.trim() === '';
  if (content instanceof TextTable) return content.rows.length === 0;
  return Object.keys(content).length === 0;
}

function markdownOf(content: Content): string {
  if (typeof content === 'string') return content;
  if (content instanceof TextTable) return tableMarkdown(content);
  if (Array.isArray(content)) return content.map((point) => `- ${point}`).join('\n');
  return `\`\`\`json\n${JSON.stringify(content, null, 2)}\n\`\`\``;
}

function tableMarkdown({ columns, rows }: TextTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const names = columns.map(({ name }) => name);
  return [line(names), line(names.map(() => '---')), ...rows.map(line)].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function jsonOf(content: Content): unknown {
  if (!(content instanceof TextTable)) return content;
  const names = content.columns.map(({ name }) => name);
  return content.rows.map((cells) => Object.fromEntries(cells.map((cell, i) => [names[i], cell])));
}
