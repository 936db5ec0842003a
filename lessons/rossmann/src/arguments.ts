import { join } from 'node:path';
import { ArgumentError, dataFolder, parseOptions, real, whole } from '@flambeau/lesson-tools';
import type { RunOptions } from './run.js';

export const usage = `Trains the lesson's tabular model on the Rossmann tables.

  --data DIR     folder with the lesson's tables as .csv or .csv.gz, or with rossmann/ inside;
                 without it FLAMBEAU_DATA, and without both generated tables
  --generate N   generated tables of N stores (default 200), whatever FLAMBEAU_DATA says
  --full         the notebook's fifteen epochs: five at the highest learning rate, then twice five
                 at 0.0003 with a weight decay of 0.01
  --epochs N     passes over the training rows (default 1)
  --bs N         rows in a batch (default 64)
  --lr X         highest learning rate of the one cycle (default 0.001)
  --wd X         weight decay (default 0.2)
  --trend-leak   joins the search trends as the lesson does, which looks up to 12 days ahead
  --seed N       of the generated tables, the weights, the order and dropout (default 42)
  --threads N    threads of each operation (default: libtorch's choice)
  --out DIR      for submission.csv, plots and weights (default out/rossmann)
  --save-tables DIR  writes generated tables to rossmann/ in this folder
  --help         shows this text`;

const names = {
  data: { type: 'string' },
  generate: { type: 'string' },
  full: { type: 'boolean', default: false },
  'trend-leak': { type: 'boolean', default: false },
  epochs: { type: 'string' },
  bs: { type: 'string', default: '64' },
  lr: { type: 'string', default: '1e-3' },
  wd: { type: 'string', default: '0.2' },
  seed: { type: 'string', default: '42' },
  threads: { type: 'string' },
  out: { type: 'string', default: join('out', 'rossmann') },
  'save-tables': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * The run that the command line asks for; null where it asks for help.
 *
 * @param environment where FLAMBEAU_DATA is looked up
 * @throws ArgumentError for an unknown option or a value that is not what the option takes.
 */
export function parseArguments(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): RunOptions | null {
  const values = parseOptions(args, names);
  if (values.help) return null;
  if (values.data !== undefined && values.generate !== undefined) {
    throw new ArgumentError('--data and --generate exclude each other');
  }
  if (values.full && values.epochs !== undefined) {
    throw new ArgumentError('--full and --epochs exclude each other');
  }
  const generate =
    values.generate === undefined ? undefined : whole('--generate', values.generate, 2);
  return {
    data: generate === undefined ? dataFolder(values.data, environment) : null,
    generate,
    full: values.full,
    trendLeak: values['trend-leak'],
    epochs: whole('--epochs', values.epochs ?? '1', 1),
    batchSize: whole('--bs', values.bs, 2),
    lr: real('--lr', values.lr, (x) => x > 0, 'a positive number'),
    wd: real('--wd', values.wd, (x) => x >= 0, 'a number that is not negative'),
    seed: whole('--seed', values.seed, 0),
    threads: values.threads === undefined ? undefined : whole('--threads', values.threads, 1),
    out: values.out,
    saveTables: values['save-tables'],
  };
}
