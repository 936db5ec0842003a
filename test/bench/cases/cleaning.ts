import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  catNames,
  contNames,
  generateTables,
  locateTables,
  writeTables,
} from '@flambeau/lesson-rossmann';
import type { BenchCase } from '../case.js';
import type { Outcome, Request } from '../cleaner.js';

/** As many as in the real tables. */
const stores = 1115;
const seed = 42;
const program = fileURLToPath(new URL('../cleaner.js', import.meta.url));

/**
 * The lesson's cleaning and processors, from tables that have been read to tensors, beside pandas.
 * Each side has a process of its own, whose memory is told.
 */
export const cleaning: BenchCase = {
  name: 'Rossmann cleaning',
  target: 0.15,
  async prepare({ threads }) {
    const made = process.env.FLAMBEAU_DATA ? null : mkdtempSync(join(tmpdir(), 'flambeau-bench-'));
    if (made !== null) writeTables(generateTables(stores, seed), made);
    const folder = locateTables(made ?? (process.env.FLAMBEAU_DATA as string));
    const ours = fork(program, [folder, String(threads)], {
      env: { ...process.env, POLARS_MAX_THREADS: String(threads) },
    });
    await once(ours, 'message');
    return {
      async run(count) {
        for (let i = 0; i < count; i++) await ask<number>(ours, 'run');
      },
      plan: { counts: [1], warmup: 0 },
      python: [
        {
          label: '',
          module: 'rossmann_clean',
          arguments: { data: folder, cats: catNames, conts: contNames },
        },
      ],
      async finish([peer]) {
        const node = await ask<Outcome>(ours, 'finish');
        const python = (await peer?.finish()) as Outcome;
        if (!isSame(node, python)) {
          throw new Error(`the sides differ: ${JSON.stringify({ node, python })}`);
        }
        return [
          `${made === null ? 'the real tables' : `generated tables of ${stores} stores`}, ` +
            `${node.rows} rows with sales; peak memory node ${node.peak.toFixed(0)} MiB, ` +
            `python ${python.peak.toFixed(0)} MiB`,
        ];
      },
      [Symbol.dispose]() {
        ours.disconnect();
        if (made !== null) rmSync(made, { recursive: true });
      },
    };
  },
};

async function ask<T>(program: ChildProcess, request: Request): Promise<T> {
  program.send(request);
  const ended = once(program, 'exit').then(([code]) => {
    throw new Error(`the cleaning ended with code ${code} before it answered '${request}'`);
  });
  const [answer] = await Promise.race([once(program, 'message'), ended]);
  return answer as T;
}

/** Whether both made the same tensors, but for the order in which numbers were added. */
function isSame(node: Outcome, python: Outcome): boolean {
  return (
    node.rows === python.rows &&
    node.sum === python.sum &&
    Math.abs(node.std - python.std) < 1e-4 * python.std
  );
}
