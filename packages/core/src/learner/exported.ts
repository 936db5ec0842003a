import { NonDynamicallyQuantizableLinear } from '../nn/attention.js';
import * as nn from '../nn/index.js';
import { Module } from '../nn/module.js';
import type { ModuleClasses } from '../nn/moduleSpec/spec.js';
import type { StateDict } from '../nn/stateDict.js';
import * as flatLosses from './flatLosses.js';
import type { LearnerOptions } from './options.js';

/** What a file of `Learner.export` is called. */
export const exportKind = 'flambeau.export';
export const defaultExportFile = 'export.safetensors';

/** A module: its values, and its spec or why it has none, see Note [Module specs]. */
export interface ExportedModule {
  readonly state: StateDict;
  readonly spec: unknown;
  readonly whyNot: string | null;
}

/** What an export holds. */
export interface Exported {
  readonly model: ExportedModule;
  /** The name of a function of nn.functional, a module, or null for other code. */
  readonly loss: string | ExportedModule | null;
  /** Names of functions of `metrics`; others are left out. */
  readonly metrics: readonly string[];
  readonly settings: Pick<LearnerOptions, 'trueWd' | 'bnWd' | 'wd' | 'trainBn' | 'modelDir'>;
  readonly classes: readonly unknown[] | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The classes that every reader has. */
export const builtIn: ModuleClasses = new Map(
  Object.entries({ ...nn, ...flatLosses, NonDynamicallyQuantizableLinear }).filter(
    (entry): entry is [string, typeof Module] =>
      typeof entry[1] === 'function' && entry[1].prototype instanceof Module,
  ),
);
