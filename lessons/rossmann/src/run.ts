import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, torch } from '@flambeau/core';
import { type FitOptions, fitOneCycle, type Output } from './fit.js';
import { embeddingSizes, lessonModel, logSalesRange, TabularModel } from './model.js';
import { type PreparedData, prepareData } from './prepare.js';
import { openTables, type SourceOptions } from './source.js';
import type { Validation } from './train.js';
import { saveWeights, verifyWeights } from './weights.js';

export interface RunOptions extends SourceOptions, FitOptions {
  /** Threads of each operation; libtorch chooses where it is not given. */
  readonly threads?: number | undefined;
}

/**
 * The lesson from the tables to saved weights; prints what it does.
 *
 * @returns the validation after the last epoch.
 * @throws DataError for tables that cannot be used; the signal's reason when it is aborted.
 */
export async function run(
  options: RunOptions,
  output: Output = { print: console.log, progress: process.stderr },
): Promise<Validation> {
  const { print } = output;
  const { tables, origin } = openTables(options);
  print(origin);
  if (options.threads !== undefined) torch.setNumThreads(options.threads);
  manualSeed(options.seed);
  using data = prepareData(tables);
  using model = lessonModelFor(data);
  print(describe(data, model));
  const result = await fitOneCycle(model, data, options, output);
  print(
    `Validation exp_rmspe: ${result.expRmspe.toFixed(6)} averaged over batches as in the lesson, ` +
      `${result.globalExpRmspe.toFixed(6)} over all rows`,
  );
  withFolder(options.out, (folder) => {
    const path = join(folder, 'rossmann.safetensors');
    saveWeights(model, path);
    using fresh = lessonModelFor(data);
    verifyWeights(path, fresh, data.valid, options.batchSize, result);
    const where = options.out === undefined ? '' : ` in ${path}`;
    print(`Weights saved${where} and loaded into a fresh model: the same validation figure`);
  });
  return result;
}

/** The lesson's model with fresh weights for these variables. */
export function lessonModelFor(data: PreparedData): TabularModel {
  return new TabularModel(embeddingSizes(data.classCounts), data.contNames.length, {
    ...lessonModel,
    yRange: logSalesRange(data.maxSales),
  });
}

function describe(data: PreparedData, model: TabularModel): string {
  const parameters = [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0);
  const count = (value: number) => value.toLocaleString('en-US');
  return (
    `Training rows ${count(data.train.target.length)}, validation rows ` +
    `${count(data.valid.target.length)}; ${data.catNames.length} categorical and ` +
    `${data.contNames.length} continuous variables; ${count(parameters)} parameters`
  );
}

/** Runs `use` with `folder`, made where it is missing, or else with a folder that is then gone. */
function withFolder(folder: string | undefined, use: (folder: string) => void): void {
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    use(folder);
    return;
  }
  const temporary = mkdtempSync(join(tmpdir(), 'flambeau-rossmann-'));
  try {
    use(temporary);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
