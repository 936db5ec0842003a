import { setImmediate } from 'node:timers/promises';
import { torch } from '@flambeau/core';
import {
  catNames,
  cleanTables,
  contNames,
  lessonProcs,
  readTables,
} from '@flambeau/lesson-rossmann';
import { TabularProcessor } from '@flambeau/tabular';

/** What is asked of this program, a process that cleans the lesson's tables and nothing else. */
export type Request = 'run' | 'finish';

/** What both sides say of what they made. */
export interface Outcome {
  /** The largest memory that the process had, in MiB. */
  readonly peak: number;
  readonly rows: number;
  /** Of all categories. */
  readonly sum: number;
  /** The standard deviation of all numbers. */
  readonly std: number;
}

const [folder = '', threads = '1'] = process.argv.slice(2);
torch.setNumThreads(Number(threads));
const tables = readTables(folder);
let outcome: Omit<Outcome, 'peak'> | undefined;

async function clean(): Promise<void> {
  const { train, test } = cleanTables(tables, { trendLeak: true });
  // Polars' tables are freed between turns of the event loop only.
  await setImmediate();
  const processor = new TabularProcessor(lessonProcs, catNames, contNames);
  const { cats, conts } = processor.learn(train);
  await setImmediate();
  const others = processor.apply(test);
  outcome = {
    rows: cats.size(0),
    sum: cats.sum().item() as number,
    std: conts.std().item() as number,
  };
  for (const tensor of [cats, conts, others.cats, others.conts]) tensor.dispose();
}

process.on('message', async (request: Request) => {
  const started = performance.now();
  if (request === 'run') await clean();
  const answer =
    request === 'run'
      ? (performance.now() - started) / 1000
      : { ...outcome, peak: process.resourceUsage().maxRSS / 1024 };
  process.send?.(answer);
});
process.send?.('ready');
