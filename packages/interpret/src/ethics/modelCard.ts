import { checkOptions, type Learner, type nn, TextTable } from '@flambeau/core';
import { ClassificationInterpretation } from '../results/classification.js';
import type { Interpretation } from '../results/interpretation.js';
import { columnMaker } from '../textColumn.js';
import { type Content, FactSheet, section } from './factSheet.js';

/** What only people can say of a model, and reports about it. */
export interface ModelCardFields {
  /** Default: the class of the model. */
  readonly name?: string;
  readonly version?: string;
  readonly intendedUse?: Content;
  readonly outOfScopeUse?: Content;
  /** Where the data come from, and how they were collected. */
  readonly dataSource?: Content;
  readonly splitMethod?: Content;
  readonly limitations?: Content;
  /** Where those can turn to whom decisions concern. */
  readonly appeals?: Content;
  /** What `metricsByGroup` and its like gave: by group, with the numbers of items. */
  readonly groupReports?: readonly { readonly table: TextTable }[];
  /** Whose items with the largest losses are failures that are known. */
  readonly results?: Interpretation;
  /** How many of them. Default 10. */
  readonly failures?: number;
}

const fieldNames = [
  'name',
  'version',
  'intendedUse',
  'outOfScopeUse',
  'dataSource',
  'splitMethod',
  'limitations',
  'appeals',
  'groupReports',
  'results',
  'failures',
] as const satisfies readonly (keyof ModelCardFields)[];

/**
 * A model card (Mitchell et al. 2019): what people say of the model, and what the learner knows of
 * its parameters, its training and how its data are processed.
 */
export function modelCard(learn: Learner, fields: ModelCardFields = {}): FactSheet {
  checkOptions('modelCard', fields, fieldNames);
  const { model, data } = learn;
  const { name = model.constructor.name, version, groupReports = [], results } = fields;
  return new FactSheet(version === undefined ? name : `${name}, version ${version}`, [
    section('intendedUse', 'Intended use', fields.intendedUse),
    section('outOfScopeUse', 'Use out of scope', fields.outOfScopeUse),
    section('dataSource', 'Data and their collection', fields.dataSource),
    section('splitMethod', 'Split into training and validation', fields.splitMethod),
    section('preprocessing', 'Preprocessing', data.exportState()),
    section('architecture', 'Architecture', architecture(model)),
    section('training', 'Training', trainingOf(learn)),
    section('metrics', 'Metrics of the last epoch', metricsOf(learn)),
    section('groups', 'Metrics by group', ...groupReports.map(({ table }) => table)),
    section('failures', 'Known failures', results && failuresOf(results, fields.failures ?? 10)),
    section('limitations', 'Limitations', fields.limitations),
    section('appeals', 'Contact for appeals', fields.appeals),
  ]);
}

function architecture(model: nn.AnyModule): readonly string[] {
  const parameters = [...model.parameters()];
  const elements = (of: typeof parameters) =>
    of.reduce((sum, parameter) => sum + parameter.numel(), 0).toLocaleString('en');
  const trained = parameters.filter(({ requiresGrad }) => requiresGrad);
  return [
    `class: ${model.constructor.name}`,
    `parameters: ${elements(parameters)}, of which ${elements(trained)} are trained`,
  ];
}

function trainingOf(learn: Learner): readonly string[] {
  const { recorder, lossFunc, wd, data } = learn;
  const named = typeof lossFunc === 'function' ? lossFunc : lossFunc.constructor;
  const highest = recorder.lrs.reduce((most, lr) => Math.max(most, lr), 0);
  return [
    `loss: ${named.name || 'a function'}`,
    `weight decay: ${wd}`,
    ...(data.batchSize === undefined ? [] : [`batch size: ${data.batchSize}`]),
    ...(recorder.nbBatches.length === 0
      ? []
      : [
          `epochs of the last fit: ${recorder.nbBatches.length}`,
          `highest learning rate: ${highest}`,
        ]),
  ];
}

function metricsOf({ recorder }: Learner): TextTable | undefined {
  const loss = recorder.valLosses.at(-1) ?? null;
  if (loss === null) return undefined;
  const values = [loss, ...(recorder.metrics.at(-1) ?? [])];
  const names = ['valid_loss', ...recorder.metricNames];
  return new TextTable([
    { name: 'metric', texts: names },
    { name: 'value', texts: values.map((value) => value?.toPrecision(6) ?? 'none') },
  ]);
}

function failuresOf(results: Interpretation, count: number): TextTable {
  const { values, indices } = results.topLosses(Math.min(count, results.length));
  const item = { name: 'item', texts: indices.map(String) };
  const loss = { name: 'loss', texts: values.map((value) => value.toFixed(4)) };
  if (!(results instanceof ClassificationInterpretation)) return new TextTable([item, loss]);
  const column = columnMaker(results.itemResults(indices));
  const predicted = column('predicted', (result) => result.predicted);
  return new TextTable([item, predicted, column('actual', ({ actual }) => actual), loss]);
}
