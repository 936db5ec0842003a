// Functions that run in the worker of fitInWorker.
import { getPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { DataBunch, data, Learner, manualSeed, nn, tidy, torch } from '@flambeau/core';

/** Trains a small model, publishes its weights after each epoch, and gives them in the end. */
export default async function train({ args, signal, progress, publish }) {
  const { epochs, rows } = args;
  manualSeed(args.seed);
  const model = new nn.Sequential(new nn.Linear(3, 16), new nn.ReLU(), new nn.Linear(16, 1));
  const bunch = DataBunch.create(new data.TensorDataset(...rows), new data.TensorDataset(...rows), {
    bs: 20,
  });
  const learn = new Learner(bunch, model, {
    lossFunc: new nn.MSELoss(),
    silent: true,
    callbackFns: [progress],
    callbacks: [
      {
        onEpochEnd: ({ epoch }) => tidy(() => publish({ epoch, weights: snapshot(model) })),
      },
    ],
  });
  await learn.fit(epochs, 1e-2, { signal });
  return { isMainThread, weights: model.stateDict(), draw: torch.rand(1) };
}

function snapshot(model) {
  const state = Object.entries(model.stateDict());
  return Object.fromEntries(state.map(([name, weight]) => [name, weight.clone()]));
}

const kept = torch.arange(4);

/** Tells where tensors lie, and gives some of them back. */
export function addresses({ args, publish }) {
  publish(new Map([['kept', kept]]));
  return {
    given: args.tensors.map((tensor) => tensor.dataPtr()),
    kept: kept.dataPtr(),
    back: [new Set([args.tensors[0]]), kept],
  };
}

export const priority = () => getPriority(0);
export const threads = () => torch.getNumThreads();
export const whatLength = ({ args }) => args.length;
export const number = 7;

export function fail({ args }) {
  throw new RangeError(args);
}

export async function failLater() {
  setImmediate(() => fail({ args: 'much later' }));
  await setTimeout(60_000);
}

export function exit({ publish }) {
  tidy(() => publish(torch.ones(2)));
  process.exit(3);
}

export const forget = () => new Promise(() => {});
export const unsendable = () => [torch.ones(2), () => 0];
export const unpublishable = ({ publish }) => publish([torch.ones(2), () => 0]);

export function leaveOpen() {
  setInterval(() => {}, 1000);
  return torch.ones(3);
}

/** Hears of the abort and yet goes on. */
export async function deaf({ publish, signal }) {
  publish(0);
  await setTimeout(60_000);
  return signal.aborted;
}

/** Gives its reason as a result. */
export async function whyAborted({ publish, signal }) {
  publish(0);
  await setTimeout(60_000, undefined, { signal }).catch(() => 0);
  publish({ name: signal.reason.name, message: signal.reason.message });
}
