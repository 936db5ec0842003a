import { resolve } from 'node:path';
import type { BatchSource } from '../data/batches.js';
import { FileFormatError } from '../io/fileFormatError.js';
import { readStateFile } from '../io/stateFile.js';
import { functional } from '../nn/functional.js';
import type { AnyModule } from '../nn/module.js';
import { fromSpec } from '../nn/moduleSpec/build.js';
import { type ModuleClasses, ModuleSpecError } from '../nn/moduleSpec/spec.js';
import type { StateDict } from '../nn/stateDict.js';
import type { Device } from '../tensor/dtype.js';
import { mapTensors } from '../tensor/mapStructure.js';
import { checkOptions } from '../tensor/options.js';
import type { SupervisedBatch } from './batch.js';
import type { DataBunch } from './dataBunch.js';
import {
  builtIn,
  defaultExportFile,
  type Exported,
  type ExportedModule,
  exportKind,
} from './exported.js';
import { ItemlessData } from './itemlessData.js';
import { Learner } from './learner.js';
import type { LossFunction } from './lossFunction.js';
import type { MetricFunction } from './metric.js';
import * as metrics from './metrics/index.js';
import { type LearnerOptions, learnerOptions } from './options.js';

/** Options of {@link loadLearner}; those of the learner take the place of what was exported. */
export interface LoadLearnerOptions extends LearnerOptions {
  /** The classes of the model's own modules, `[MyNet, MyBlock]`; those of nn are known. */
  readonly modules?: readonly (abstract new (
    ...args: never
  ) => AnyModule)[];
  /** Makes the model, where it was exported without its layout. */
  readonly model?: () => AnyModule;
  /** Makes the data of what the exported data gave as their state. Default: data without items. */
  readonly data?: (state: Readonly<Record<string, unknown>>) => DataBunch;
  /** Batches to predict, for the data without items. */
  readonly test?: BatchSource<SupervisedBatch>;
  /** Where the data without items, and so the model, are. Default: the GPU where there is one. */
  readonly device?: Device;
}

const loadOptions = ['modules', 'model', 'data', 'test', 'device'] as const;

/**
 * The learner that {@link Learner.export} wrote to `path/file`, ready to predict, with its model in
 * evaluation mode. Nothing in the file is code, and nothing of it is run: modules are rebuilt of
 * classes that are here, see Note [Module specs]; what cannot be, the options bring.
 * @param file default 'export.safetensors'
 * @throws TypeError for a model or a loss that must be brought
 * @throws StateDictError for values that do not fit the model
 * @throws FileFormatError for another file
 */
export function loadLearner(
  path: string,
  file: string = defaultExportFile,
  options: LoadLearnerOptions = {},
): Learner {
  checkOptions('loadLearner', options, [...loadOptions, ...learnerOptions]);
  const { modules = [], model: makeModel, data: makeData, test, device, ...settings } = options;
  const classes = new Map([...builtIn, ...modules.map((type) => [type.name, type] as const)]);
  const saved = readExport(resolve(path, file));
  try {
    const model = makeModel?.() ?? rebuilt('model', saved.model, classes);
    if (makeModel !== undefined) model.loadStateDict(saved.model.state);
    try {
      const data =
        makeData?.(saved.data) ?? new ItemlessData({ path, classes: saved.classes, test, device });
      return new Learner(data, model.eval(), {
        path,
        ...saved.settings,
        lossFunc: settings.lossFunc ?? data.lossFunc ?? lossOf(saved.loss, classes),
        metrics: saved.metrics.flatMap((name) => metricNamed(name)),
        ...settings,
      });
    } catch (error) {
      model.dispose();
      throw error;
    }
  } finally {
    disposeAll([
      saved.model.state,
      stateOf(saved.loss),
      makeData === undefined ? saved.data : null,
    ]);
  }
}

function stateOf(loss: Exported['loss']): StateDict | null {
  return typeof loss === 'object' ? (loss?.state ?? null) : null;
}

/** Frees tensors that were copied into modules, or that nobody asked for. */
function disposeAll(value: unknown): void {
  mapTensors(value, (tensor) => {
    tensor.dispose();
    return null;
  });
}

function readExport(path: string): Exported {
  const saved = readStateFile(path, exportKind) as unknown as Partial<Exported>;
  if (typeof saved?.model?.state !== 'object' || !Array.isArray(saved.metrics)) {
    throw new FileFormatError(`${path} is no complete export`);
  }
  return saved as Exported;
}

/** @throws TypeError where the module must be brought */
function rebuilt(
  what: 'model' | 'lossFunc',
  { spec, state, whyNot }: ExportedModule,
  classes: ModuleClasses,
): AnyModule {
  const hint = `give loadLearner a ${what}`;
  if (spec === null) throw new TypeError(`${whyNot}: ${hint}`);
  try {
    const module = fromSpec(spec, classes);
    module.loadStateDict(state);
    return module;
  } catch (error) {
    if (!(error instanceof ModuleSpecError)) throw error;
    throw new TypeError(`${error.message}: ${hint}, or its classes as modules`);
  }
}

function lossOf(loss: Exported['loss'], classes: ModuleClasses): LossFunction {
  if (typeof loss === 'object' && loss !== null) return rebuilt('lossFunc', loss, classes);
  const found = loss !== null && Object.hasOwn(functional, loss);
  if (!found) throw new TypeError('the loss is not in the export: give loadLearner a lossFunc');
  return Reflect.get(functional, loss) as LossFunction;
}

function metricNamed(name: string): MetricFunction[] {
  const metric: unknown = Object.hasOwn(metrics, name) ? Reflect.get(metrics, name) : undefined;
  return typeof metric === 'function' ? [metric as MetricFunction] : [];
}
