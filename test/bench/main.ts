import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { manualSeed, torch } from '@flambeau/core';
import { findPython } from '../oracle/python.js';
import type { BenchSettings } from './case.js';
import { add, addWithGrad } from './cases/add.js';
import { cleaning } from './cases/cleaning.js';
import { images } from './cases/images.js';
import { matmul } from './cases/matmul.js';
import { mlp } from './cases/mlp.js';
import { predictRows } from './cases/predictRows.js';
import { resnet18, resnet18Bfloat16 } from './cases/resnet18.js';
import { rossmann } from './cases/rossmann.js';
import { measure } from './pair.js';
import { isMet, type Row, renderTable, rowsOf, totalsLine } from './report.js';

const usage = `Times the same work here and in Python's PyTorch, in turns, in one run.

  --filter TEXT  only cases whose name holds the text
  --rounds N     counted rounds of each side (default 15)
  --steps N      training steps of the Rossmann case (default 1500)
  --full         the Rossmann case trains the whole epoch and validates
  --threads N    threads of each operation, on both sides (default: all cores)
  --check        exit code 1 when a target is missed
  --help         shows this text`;

const cases = [
  add,
  addWithGrad,
  mlp,
  resnet18,
  resnet18Bfloat16,
  matmul,
  images,
  cleaning,
  predictRows,
  rossmann,
];

const { values } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    rounds: { type: 'string', default: '15' },
    steps: { type: 'string', default: '1500' },
    full: { type: 'boolean', default: false },
    threads: { type: 'string', default: String(availableParallelism()) },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const settings: BenchSettings = {
    threads: positive('--threads', values.threads),
    rounds: positive('--rounds', values.rounds),
    steps: positive('--steps', values.steps),
    full: values.full,
  };
  const chosen = cases.filter(({ name }) =>
    name.toLowerCase().includes(values.filter.toLowerCase()),
  );
  if (chosen.length === 0) {
    throw new RangeError(
      `no case holds '${values.filter}'; there are ${cases.map(({ name }) => name).join('; ')}`,
    );
  }
  const python = findPython();
  if (python === undefined) throw new Error('the bench needs a Python with torch');
  torch.setNumThreads(settings.threads);
  manualSeed(0);

  const rows: Row[] = [];
  const notes: string[] = [];
  for (const benchCase of chosen) {
    console.error(`${benchCase.name} …`);
    using subject = await benchCase.prepare(settings);
    const measurement = await measure(subject, python, settings.threads, settings.rounds);
    const caseRows = rowsOf(benchCase, measurement);
    rows.push(...caseRows);
    if (subject.plan !== undefined) notes.push(...caseRows.map(totalsLine));
    notes.push(...measurement.notes.map((note) => `${benchCase.name}: ${note}`));
  }
  console.log(
    `${settings.threads} thread(s) on both sides; time of one repetition, median of rounds`,
  );
  console.log(renderTable(rows));
  for (const note of notes) console.log(note);
  if (values.check && !rows.every(isMet)) process.exitCode = 1;
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${option} takes a whole number of at least 1, got '${text}'`);
  }
  return value;
}
