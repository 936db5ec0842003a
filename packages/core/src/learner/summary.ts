import { elementsIn, type LayerInfo, layersInfo } from '../hooks/layersInfo.js';
import { type AnyModule, Module } from '../nn/module.js';
import { pythonTuple } from '../nn/sizes.js';
import { pythonBool } from '../nn/text.js';
import { shortest } from '../tensor/formatNumber.js';
import { listify, type Tensors } from './batch.js';
import { forEachBatch } from './eventLoop.js';
import type { Learner } from './learner.js';

const width = 70;
const columns = [20, 20, 10, 10];
const doubleLine = '='.repeat(width);
const singleLine = '_'.repeat(width);
const trueWdNote =
  'Using true weight decay as discussed in https://www.fast.ai/2018/07/02/adam-weight-decay/ ';

/**
 * The layers that `model` runs on `input`, as fast.ai prints them: class, shape of the last output
 * without the batch dimension, number of parameters and whether they are trained; then the number
 * of all parameters of the model, each counted once.
 */
export function summary(model: AnyModule, input: Tensors): string;
/**
 * The same for a learner's model and the first sample of a training batch, then optimiser, loss and
 * callbacks.
 * @throws RangeError when there is no training batch
 */
export function summary(learn: Learner): Promise<string>;
export function summary(of: AnyModule | Learner, input: Tensors = []): string | Promise<string> {
  return of instanceof Module ? modelText(of, listify(input)) : learnerText(of);
}

function modelText(model: AnyModule, inputs: readonly unknown[]): string {
  const layers = layersInfo(model, ...inputs).map(layerText);
  const total = elementsIn(model.parameters());
  const trainable = elementsIn([...model.parameters()].filter((part) => part.requiresGrad));
  const lines = [
    model.constructor.name,
    doubleLine,
    row(['Layer (type)', 'Output Shape', 'Param #', 'Trainable']),
    doubleLine,
    ...layers.flatMap((layer) => [layer, singleLine]),
    '',
    `Total params: ${grouped(total)}`,
    `Total trainable params: ${grouped(trainable)}`,
    `Total non-trainable params: ${grouped(total - trainable)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function layerText({ layer, outputShapes, params, trainable }: LayerInfo): string {
  const shapes = outputShapes.map((shape) => `[${shape.join(', ')}]`).join(', ');
  return row([layer, shapes, grouped(params), pythonBool(trainable)]);
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padEnd(columns[i] as number)).join(' ');
}

/** `21,831,599` */
function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

async function learnerText(learn: Learner): Promise<string> {
  const text = await modelTextOfFirstSample(learn);
  const lines = [
    `Optimized with ${optimizerText(learn)}`,
    ...(learn.trueWd ? [trueWdNote] : []),
    `Loss function : ${lossText(learn)}`,
    doubleLine,
    'Callbacks functions applied ',
    ...learn.callbacks.map((callback) => `    ${callback.constructor.name}`),
  ];
  return text + lines.join('\n');
}

async function modelTextOfFirstSample({ model, data }: Learner): Promise<string> {
  let text: string | undefined;
  await forEachBatch(data.trainDl, (take) => {
    const [x] = take();
    text = modelText(
      model,
      listify(x).map((tensor) => tensor.narrow(0, 0, 1)),
    );
    return true;
  });
  if (text === undefined) throw new RangeError('a summary needs a training batch, got no data');
  return text;
}

/** What the learner sets itself is left out. */
const ofTheLearner = ['lr', 'weightDecay'];

/** `Adam, betas=(0.9, 0.99), eps=1e-08`: the class, and the numbers it was made with. */
function optimizerText({ opt: { optimizer } }: Learner): string {
  const { defaults = {} } = optimizer as { defaults?: object };
  const options = Object.entries(defaults)
    .filter(([name]) => !ofTheLearner.includes(name))
    .flatMap(([name, value]) => {
      if (typeof value === 'number') return [`${name}=${shortest(value)}`];
      return Array.isArray(value) ? [`${name}=${pythonTuple(value)}`] : [];
    });
  return [optimizer.constructor.name, ...options].join(', ');
}

function lossText({ lossFunc }: Learner): string {
  return lossFunc instanceof Module ? lossFunc.constructor.name : lossFunc.name || 'function';
}
