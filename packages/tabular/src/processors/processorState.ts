import type { DataType } from 'nodejs-polars';
import { type DataTypeState, dataTypeOf, dataTypeState } from '../dtypes.js';
import { Categorify } from './categorify.js';
import { FillMissing } from './fillMissing.js';
import { Normalize } from './normalize.js';
import type { ProcClass, ProcState, TabularProc } from './tabularProc.js';

interface Names {
  readonly catNames: readonly string[];
  readonly contNames: readonly string[];
}

interface NamedState extends Names {
  /** The name of its class. */
  readonly type: string;
  readonly state: ProcState;
}

/** What processors of a table have learned, as JSON. */
export interface ProcessorState extends Names {
  /** The variables before processors have added to them. */
  readonly sources: Names;
  readonly schema: Readonly<Record<string, DataTypeState>>;
  readonly procs: readonly NamedState[];
}

/** The types of columns, but for those of lists and the like. */
export function schemaState(schema: ReadonlyMap<string, DataType>): ProcessorState['schema'] {
  const simple = [...schema].filter(([, { variant }]) => !/List|Array|Struct|Object/.test(variant));
  return Object.fromEntries(simple.map(([name, dtype]) => [name, dataTypeState(dtype)]));
}

export function schemaFromState(schema: ProcessorState['schema']): ReadonlyMap<string, DataType> {
  return new Map(Object.entries(schema).map(([name, dtype]) => [name, dataTypeOf(dtype)]));
}

export function procStates(procs: readonly TabularProc[]): ProcessorState['procs'] {
  return procs.map((proc) => ({
    type: proc.constructor.name,
    catNames: proc.catNames,
    contNames: proc.contNames,
    state: proc.exportState(),
  }));
}

/**
 * @param classes of processors of one's own
 * @throws TypeError for a processor whose class is not known
 */
export function procsFromState(
  states: ProcessorState['procs'],
  classes: readonly ProcClass[],
): readonly TabularProc[] {
  const known: readonly ProcClass[] = [FillMissing, Categorify, Normalize, ...classes];
  return states.map(({ type, catNames, contNames, state }) => {
    const found = known.find(({ name }) => name === type);
    if (found === undefined) {
      throw new TypeError(`there is no processor '${type}': give its class among the procs`);
    }
    const proc = new found(catNames, contNames);
    proc.loadState(state);
    return proc;
  });
}
