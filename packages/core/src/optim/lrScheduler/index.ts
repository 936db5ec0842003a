export { ChainedScheduler, SequentialLR } from './combined.js';
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine.js';
export { CyclicLR, type CyclicLROptions, type CyclicMode } from './cyclic.js';
export {
  ConstantLR,
  ExponentialLR,
  LinearLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
} from './decay.js';
export type { ScheduledGroup, ScheduledOptimizer } from './groups.js';
export { LambdaLR, type LRLambda, MultiplicativeLR } from './lambda.js';
export type { MomentumCycle } from './momentum.js';
export { OneCycleLR, type OneCycleLROptions } from './oneCycle.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './plateau.js';
export { LRScheduler } from './scheduler.js';
export type { LRSchedulerState } from './state.js';
