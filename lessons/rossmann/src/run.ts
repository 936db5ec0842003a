import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatasetType, type Learner, listify, manualSeed, metrics, torch } from '@flambeau/core';
import type { TabularDataBunch } from '@flambeau/tabular';
import { type CleanTables, cleanTables, type TrendOptions } from './clean/index.js';
import { EpochTable } from './epochTable.js';
import { lessonData, lessonLearner } from './lesson.js';
import { openTables, type SourceOptions } from './source.js';
import { writeSubmission } from './submission.js';

export interface RunOptions extends SourceOptions, TrendOptions {
  /** The notebook's fifteen epochs, whatever `epochs` says. */
  readonly full: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  /** Highest learning rate of the one cycle. */
  readonly lr: number;
  /** True weight decay of all parameters. */
  readonly wd: number;
  /** Threads of each operation; libtorch chooses where it is not given. */
  readonly threads?: number | undefined;
  /** For submission.csv, plots and weights. */
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
  /** Without the table of epochs. Default false. */
  readonly silent?: boolean;
}

/** How good the predictions of the validation rows are. */
export interface Scores {
  readonly loss: number;
  /** exp_rmspe, averaged over batches as in the lesson. */
  readonly expRmspe: number;
  /** exp_rmspe over all rows. */
  readonly globalExpRmspe: number;
}

/** The same measure over all rows, beside the lesson's average over batches. */
class AllRows extends metrics.ExpRMSPE {
  override readonly name = 'all_rows';
}

/**
 * The lesson from the tables to submission.csv; prints what it does.
 *
 * @returns how the last model does on the validation rows.
 * @throws DataError for tables that cannot be used; the signal's reason when it is aborted.
 */
export async function run(options: RunOptions, print = console.log): Promise<Scores> {
  const { out } = options;
  const { tables, origin } = openTables(options);
  print(origin);
  if (options.threads !== undefined) torch.setNumThreads(options.threads);
  manualSeed(options.seed);
  const clean = cleanTables(tables, options);
  using data = lessonData(clean, options.batchSize);
  using learn = lessonLearner(data, clean, {
    metrics: [metrics.expRmspe, new AllRows()],
    path: out,
    silent: options.silent ?? false,
  });
  using _model = learn.model;
  print(describe(data, learn, options));
  mkdirSync(out, { recursive: true });
  const epochs = await train(learn, options);
  writeFileSync(join(out, 'epochs.md'), `Seed ${options.seed}\n\n${epochs}`);
  const scores = await score(learn);
  print(
    `Validation exp_rmspe: ${scores.expRmspe.toFixed(6)} averaged over batches as in the lesson, ` +
      `${scores.globalExpRmspe.toFixed(6)} over all rows`,
  );
  if (epochs.length > 1) print(`The best of ${epochs.length} epochs: ${epochs.best('exp_rmspe')}`);
  await submit(learn, clean, out);
  print(`submission.csv, epochs.md, losses.svg, rates.svg and models/ are in ${out}`);
  return scores;
}

/** Fits once, or as the notebook does; leaves the learner with the weights of the best fit. */
async function train(learn: Learner, options: RunOptions): Promise<EpochTable> {
  const epochs = new EpochTable();
  const { full, lr, wd, out, signal } = options;
  const fit = async (name: string, count: number, maxLr: number, decay: number) => {
    await learn.fitOneCycle(count, maxLr, { wd: decay, ...(signal && { signal }) });
    epochs.add(name, learn);
    learn.save(name);
  };
  await fit('first', full ? 5 : options.epochs, lr, wd);
  await learn.recorder.plotLosses().save(join(out, 'losses.svg'));
  await learn.recorder.plotLr({ showMoms: true }).save(join(out, 'rates.svg'));
  if (!full) return epochs;
  await fit('second', 5, 3e-4, 0.01);
  await fit('third', 5, 3e-4, 0.01);
  learn.load(epochs.bestFit('exp_rmspe'));
  return epochs;
}

async function score(learn: Learner): Promise<Scores> {
  const [loss, expRmspe, globalExpRmspe] = (await learn.validate()) as [number, number, number];
  return { loss, expRmspe, globalExpRmspe };
}

async function submit(learn: Learner, { test }: CleanTables, out: string): Promise<void> {
  const [preds, targets] = await learn.getPreds({ dsType: DatasetType.Test });
  writeSubmission(join(out, 'submission.csv'), test, preds);
  for (const tensor of [preds, ...listify(targets)]) tensor.dispose();
}

function describe(
  data: TabularDataBunch,
  { model }: Learner,
  { trendLeak = false }: TrendOptions,
): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const { x } = data.trainDs;
  const parameters = [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0);
  return (
    `Training rows ${count(x.length)}, validation rows ${count(data.validDs.x.length)}; ` +
    `${x.catNames.length} categorical and ${x.contNames.length} continuous variables; ` +
    `${count(parameters)} parameters; trends ${trendLeak ? 'of the weeks to come' : 'known on the day'}`
  );
}
