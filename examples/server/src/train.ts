// What runs in the worker thread of a fit.
import {
  type Callback,
  DataBunch,
  type FitContext,
  Learner,
  manualSeed,
  metrics,
  nn,
  tidy,
} from '@flambeau/core';
import { RentalModel } from './model.js';
import { generateRentals } from './rentals.js';

export interface FitRequest {
  readonly epochs: number;
  /** Hours to train on; a quarter as many validate. */
  readonly hours: number;
  readonly lr: number;
  readonly seed: number;
}

/** By the names that the model gives to them. */
export type Weights = nn.StateDict;

export interface FitArguments extends FitRequest {
  /** To begin with; null: random ones. */
  readonly weights: Weights | null;
}

/** The weights after an epoch. */
export interface Snapshot {
  /** From 0. */
  readonly epoch: number;
  readonly validLoss: number;
  readonly weights: Weights;
}

export type Train = typeof train;

export default async function train(context: FitContext<FitArguments, Snapshot>): Promise<void> {
  const { args, signal, progress, publish } = context;
  manualSeed(args.seed);
  const rentals = DataBunch.create(
    generateRentals(args.hours),
    generateRentals(Math.ceil(args.hours / 4)),
  );
  const model = new RentalModel();
  if (args.weights !== null) model.loadStateDict(args.weights);
  const publishing: Callback = {
    onEpochEnd({ epoch, lastMetrics: [validLoss] }) {
      if (typeof validLoss !== 'number' || !Number.isFinite(validLoss)) return;
      tidy(() => publish({ epoch, validLoss, weights: copyOf(model.stateDict()) }));
    },
  };
  const learn = new Learner(rentals, model, {
    lossFunc: new nn.MSELoss(),
    metrics: [metrics.mae],
    callbackFns: [progress],
    callbacks: [publishing],
    silent: true,
  });
  await learn.fitOneCycle(args.epochs, args.lr, { signal });
}

/** The model's own weights go on changing while the server reads what was published. */
function copyOf(weights: Weights): Weights {
  return Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, weight.clone()]),
  );
}
