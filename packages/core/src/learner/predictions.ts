import { noGrad } from '../autograd/gradMode.js';
import type { BatchSource } from '../data/batches.js';
import type { AnyModule } from '../nn/module.js';
import { functions } from '../ops/install.js';
import type { DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { keep, tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { type Activation, activationKeyOf, activationOf } from './activations.js';
import { listify, type SupervisedBatch, type Tensors } from './batch.js';
import { CallbackHandler } from './callbackHandler.js';
import { DatasetType } from './datasetType.js';
import { forEachBatch } from './eventLoop.js';
import { itemLosses } from './itemLosses.js';
import type { Learner } from './learner.js';

export interface GetPredsOptions {
  /** Which part of the data. Default the validation data. */
  readonly dsType?: DatasetType;
  /** Makes predictions of the model's output. Default: that of the data, else that of the loss. */
  readonly activ?: (output: Tensors) => Tensors;
  /** The loss of each sample too, as computed on the model's output. Default false. */
  readonly withLoss?: boolean;
  /** Only so many batches. Default all. */
  readonly nBatch?: number;
  /** Ends it between two batches. */
  readonly signal?: AbortSignal;
}

const getPredsOptions = [
  'dsType',
  'activ',
  'withLoss',
  'nBatch',
  'signal',
] as const satisfies readonly (keyof GetPredsOptions)[];

/** Predictions and targets, on the CPU, one row a sample; numbers of half precision as float32. */
export type Preds<Out extends Tensors> = readonly [preds: Out, targets: Tensors];
/** With the loss of each sample, `[samples]`. */
export type PredsAndLosses<Out extends Tensors> = readonly [...Preds<Out>, losses: Tensor];

/** See {@link Learner.getPreds}. */
export async function getPreds<Out extends Tensors>(
  learn: Learner,
  options: GetPredsOptions,
): Promise<Preds<Out> | PredsAndLosses<Out>> {
  checkOptions('getPreds', options, getPredsOptions);
  const { dsType = DatasetType.Valid, activ = activationFor(learn) } = options;
  return predictAll<Out>(learn, learn.data.dl(dsType), activ, options);
}

/** Predictions of all batches of a source. */
export async function predictAll<Out extends Tensors>(
  learn: Learner,
  source: BatchSource<SupervisedBatch>,
  activ: (output: Tensors) => Tensors,
  { withLoss = false, nBatch = Number.POSITIVE_INFINITY, signal }: GetPredsOptions,
): Promise<Preds<Out> | PredsAndLosses<Out>> {
  const { model, callbacks } = learn;
  const handler = new CallbackHandler(callbacks, []);
  const parts: Tensors[][] = [];
  model.eval();
  const step = (batch: SupervisedBatch) => {
    const output = forward(handler, model, batch);
    const { lastTarget } = handler.state;
    const losses = withLoss ? [itemLosses(learn.lossFunc, output, lastTarget)] : [];
    parts.push([activ(output), lastTarget, ...losses].map(kept));
    handler.state.forgetTensors();
    return parts.length >= nBatch;
  };
  try {
    await forEachBatch(source, (take) => noGrad(() => step(take())), { signal });
    const [first] = parts;
    if (first === undefined) throw new RangeError('there are no batches to predict');
    return tidy(() =>
      first.map((_, i) => joined(parts.map((part) => part[i] as Tensors))),
    ) as unknown as Preds<Out>;
  } finally {
    for (const tensor of parts.flat().flatMap(listify)) tensor.dispose();
  }
}

/** What the model gives for a batch, with the callbacks before and after it. */
export function forward(
  handler: CallbackHandler,
  model: AnyModule,
  [x, y]: SupervisedBatch,
): Tensors {
  handler.batchBegin(x, y, false);
  handler.lossBegin(model.call(...listify(handler.state.lastInput)) as Tensors);
  return handler.state.lastOutput;
}

/** What makes predictions: that of the data, else that of the loss. */
export function activationFor({ data, lossFunc }: Learner): (output: Tensors) => Tensors {
  if (data.activation !== undefined) return data.activation;
  const activation = activationOf(activationKeyOf(lossFunc));
  return (output) => eachOf(output, activation.apply);
}

export function eachOf(tensors: Tensors, fn: Activation['apply']): Tensors {
  return tensors instanceof Tensor ? fn(tensors) : tensors.map(fn);
}

const halfPrecision: readonly DType[] = ['float16', 'bfloat16'];

function kept(tensors: Tensors): Tensors {
  return eachOf(tensors, (tensor) => {
    const onCpu = tensor.detach().cpu();
    return keep(halfPrecision.includes(tensor.dtype) ? onCpu.float() : onCpu);
  });
}

function joined(parts: readonly Tensors[]): Tensors {
  const [first] = parts;
  if (first instanceof Tensor) return functions.torch.cat(parts as readonly Tensor[], 0);
  return (first as readonly Tensor[]).map((_, i) =>
    functions.torch.cat(
      parts.map((part) => (part as readonly Tensor[])[i] as Tensor),
      0,
    ),
  );
}
