import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FileFormatError } from '../io/fileFormatError.js';
import { readStateFile, writeStateFile } from '../io/stateFile.js';
import type { StateDict } from '../nn/stateDict.js';
import type { SavedOptimizerState } from '../optim/optimizer.js';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Learner } from './learner.js';
import type { OptimWrapper } from './optimWrapper.js';

const kind = 'flambeau.learner';

export interface SaveOptions {
  /** Saves the optimiser's state too. Default true. */
  readonly withOpt?: boolean;
}

export interface LoadOptions {
  /** Where the file is read to, before it is copied to the model. Default 'cpu'. */
  readonly device?: Device;
  /** Every name must be there and known. Default true. */
  readonly strict?: boolean;
  /** Loads the optimiser's state where the file has it. Default true. */
  readonly withOpt?: boolean;
}

/** What a file of {@link saveLearner} holds. */
interface SavedLearner {
  readonly model: StateDict;
  readonly opt?: SavedOptimizerState;
  /** Of the optimiser's parameters, group by group. */
  readonly optShapes?: readonly (readonly (readonly number[])[])[];
}

/** `path/modelDir/name.safetensors`; an absolute name stays where it is. */
function fileOf({ path, modelDir }: Learner, name: string): string {
  return resolve(path, modelDir, `${name}.safetensors`);
}

/** See {@link Learner.save}. */
export function saveLearner(learn: Learner, name: string, options: SaveOptions = {}): string {
  checkOptions('save', options, ['withOpt']);
  const file = fileOf(learn, name);
  mkdirSync(dirname(file), { recursive: true });
  tidy(() => {
    const model = learn.model.stateDict();
    const content: SavedLearner =
      (options.withOpt ?? true)
        ? { model, opt: learn.opt.stateDict(), optShapes: shapesOf(learn.opt) }
        : { model };
    writeStateFile(file, kind, content);
  });
  return file;
}

/** See {@link Learner.load}. */
export function loadInto(learn: Learner, name: string, options: LoadOptions = {}): void {
  checkOptions('load', options, ['device', 'strict', 'withOpt']);
  const { device = 'cpu', strict = true, withOpt } = options;
  tidy(() => {
    const file = fileOf(learn, name);
    const saved = readStateFile(file, kind, { device }) as unknown as SavedLearner;
    if (typeof saved?.model !== 'object') throw new FileFormatError(`${file} holds no model`);
    learn.model.loadStateDict(saved.model, { strict });
    if (saved.opt !== undefined && (withOpt ?? true)) loadOpt(learn.opt, saved, file);
    else if (withOpt) process.emitWarning(`${file} holds no state of an optimiser`);
  });
}

/** Where the state does not fit the optimiser, that stays as it is, and a warning says so. */
function loadOpt(opt: OptimWrapper, { opt: state, optShapes }: SavedLearner, file: string): void {
  try {
    const shapes = JSON.stringify(shapesOf(opt));
    if (shapes !== JSON.stringify(optShapes)) {
      throw new RangeError('its parameters have other shapes, or are grouped otherwise');
    }
    opt.loadStateDict(state as SavedOptimizerState);
  } catch (error) {
    process.emitWarning(
      `the optimiser's state in ${file} was not loaded: ${(error as Error).message}`,
    );
  }
}

function shapesOf({ optimizer }: OptimWrapper): (readonly number[])[][] {
  return optimizer.paramGroups.map(({ params }) => params.map((parameter) => parameter.shape));
}
