/**
 * Prints how many operators of libtorch there are, can be called, have types, and were compared
 * with Python by `test/oracle/operators.test.ts`, which it runs first.
 *
 *     npm run coverage:ops -- [--list] [--last]
 *
 * `--list` also names the public functions and methods that were not compared, and the entries of
 * PyTorch's operator database that gave no case. `--last` counts what the last run of the test
 * compared instead of running it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countOverloads, ourName } from './overloads.js';
import { coverageFolder, runTests } from './tests.js';

/** What the oracle test writes. */
interface Compared {
  readonly seed: number;
  /** Names in the dispatcher. */
  readonly operators: readonly string[];
  readonly differentiated: readonly string[];
  /** Python's names. */
  readonly publicNames: readonly string[];
  readonly overloads: readonly string[];
  /** Entries of PyTorch's operator database that only Python composes, or cannot run here. */
  readonly pythonOnly: readonly string[];
}

const record = join(coverageFolder, 'operators.json');

const { values: options } = parseArgs({
  options: { list: { type: 'boolean' }, last: { type: 'boolean' } },
});

if (!options.last) runTests('test/oracle/operators.test.ts');
const compared = existsSync(record)
  ? (JSON.parse(readFileSync(record, 'utf8')) as Compared)
  : undefined;
await print(compared, options.list ?? false);

async function print(compared: Compared | undefined, list: boolean): Promise<void> {
  const { inDispatcher, reachable, typed, publicNames } = await countOverloads();
  const existing = new Set(inDispatcher);
  const publicOverloads = new Set([...publicNames.values()].flat());
  const lines: [string, number][] = [
    ["overloads in the dispatcher's aten namespace", inDispatcher.length],
    ['  reachable through torch.ops.aten', reachable.size],
    ['  typed', count(typed, existing)],
    ['  public, as functions or methods', count(publicOverloads, existing)],
  ];
  if (compared !== undefined) {
    lines.push(
      ['  called and equal to Python', count(new Set(compared.overloads), existing)],
      ['operators equal to Python', compared.operators.length],
      ['  gradients too', compared.differentiated.length],
      ['public functions and methods', publicNames.size],
      [
        '  compared',
        count(new Set(compared.publicNames.map(ourName)), new Set(publicNames.keys())),
      ],
    );
  }
  const width = Math.max(...lines.map(([text]) => text.length));
  for (const [text, number] of lines) console.log(`${text.padEnd(width)}  ${number}`);
  if (compared === undefined) console.log(`nothing was compared: there is no ${record}`);
  else if (list) {
    const done = new Set(compared.publicNames.map(ourName));
    console.log('\nnot compared:');
    for (const name of publicNames.keys()) if (!done.has(name)) console.log(`  ${name}`);
    console.log('\nin the operator database, but composed by Python or not for this machine:');
    for (const name of compared.pythonOnly) console.log(`  ${name}`);
  }
}

function count(names: ReadonlySet<string>, among: ReadonlySet<string>): number {
  let found = 0;
  for (const name of names) if (among.has(name)) found++;
  return found;
}
