import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkOptions } from '../../tensor/options.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import { columnNames, formatRow, lastRow } from '../progress/table.js';
import type { FitState } from '../state.js';

export interface CSVLoggerOptions {
  /** Without the ending `.csv`. Default 'history'. */
  filename?: string;
  /** Adds to what the file has, instead of beginning it anew. Default false. */
  append?: boolean;
}

/**
 * Writes the table of the fit to `<learner's path>/<filename>.csv`, with the same columns and
 * formats. Each line is written as a whole at its epoch's end, so that a program that dies leaves
 * all epochs that it had finished.
 */
export class CSVLogger implements Callback {
  /** Where the file is. */
  readonly path: string;
  readonly #learn: Learner;
  readonly #append: boolean;
  #columns: readonly string[] = [];

  constructor(learn: Learner, options: CSVLoggerOptions = {}) {
    checkOptions('CSVLogger', options, ['filename', 'append']);
    this.#learn = learn;
    this.#append = options.append ?? false;
    this.path = join(learn.path, `${options.filename ?? 'history'}.csv`);
  }

  async onTrainBegin({ metrics }: FitState): Promise<void> {
    this.#columns = columnNames(this.#learn, metrics);
    await mkdir(dirname(this.path), { recursive: true });
    const text = this.#append ? await readText(this.path) : '';
    if (text === '') await writeFile(this.path, line(this.#columns));
    // A line that was cut off stays alone.
    else if (!text.endsWith('\n')) await appendFile(this.path, '\n');
  }

  async onEpochEnd({ epoch }: FitState): Promise<void> {
    const row = lastRow(epoch, this.#learn.recorder);
    await appendFile(this.path, line(formatRow(row, this.#columns)));
  }

  /** The lines of the file as they are, each with the columns' names. */
  async readLoggedFile(): Promise<Record<string, string>[]> {
    const [header = '', ...lines] = (await readText(this.path)).trimEnd().split('\n');
    const columns = header.split(',');
    return lines.map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
    });
  }
}

function line(cells: readonly string[]): string {
  return `${cells.join(',')}\n`;
}

/** Empty where there is no file. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
