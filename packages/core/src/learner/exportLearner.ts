import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { writeStateFile } from '../io/stateFile.js';
import { functional } from '../nn/functional.js';
import { type AnyModule, Module } from '../nn/module.js';
import { toSpec } from '../nn/moduleSpec/describe.js';
import { ModuleSpecError } from '../nn/moduleSpec/spec.js';
import { tidy } from '../tensor/scope.js';
import {
  builtIn,
  defaultExportFile,
  type Exported,
  type ExportedModule,
  exportKind,
} from './exported.js';
import type { Learner } from './learner.js';
import type { LossFunction } from './lossFunction.js';
import * as metrics from './metrics/index.js';

/** See {@link Learner.export}. */
export function exportLearner(learn: Learner, file: string = defaultExportFile): string {
  const path = resolve(learn.path, file);
  mkdirSync(dirname(path), { recursive: true });
  const { model, lossFunc, data, trueWd, bnWd, wd, trainBn, modelDir } = learn;
  tidy(() => {
    const content: Exported = {
      model: exportedModule(model, 'model'),
      loss: lossFunc instanceof Module ? exportedModule(lossFunc, 'loss') : lossName(lossFunc),
      metrics: learn.metrics.flatMap((metric) => nameIn(metrics, metric) ?? []),
      settings: { trueWd, bnWd, wd, trainBn, modelDir },
      classes: data.classes ?? null,
      data: data.exportState(),
    };
    writeStateFile(path, exportKind, content);
  });
  return path;
}

function exportedModule(module: AnyModule, what: 'model' | 'loss'): ExportedModule {
  const state = module.stateDict();
  try {
    return { state, spec: toSpec(module, builtIn), whyNot: null };
  } catch (error) {
    if (!(error instanceof ModuleSpecError)) throw error;
    process.emitWarning(`the ${what} is exported without its layout: ${error.message}`);
    return { state, spec: null, whyNot: error.message };
  }
}

function lossName(lossFunc: LossFunction): string | null {
  const name = nameIn(functional, lossFunc);
  if (name === undefined) {
    process.emitWarning('the loss is exported without its code: it is no part of nn');
  }
  return name ?? null;
}

function nameIn(functions: object, wanted: unknown): string | undefined {
  return Object.entries(functions).find(([, known]) => known === wanted)?.[0];
}
