export { Adadelta, type AdadeltaOptions, type AdadeltaState } from './adadelta.js';
export { Adafactor, type AdafactorOptions, type AdafactorState } from './adafactor.js';
export { Adagrad, type AdagradOptions, type AdagradState } from './adagrad.js';
export { Adam, type AdamOptions, type AdamState } from './adam.js';
export { Adamax, type AdamaxOptions, type AdamaxState } from './adamax.js';
export { AdamW, type AdamWOptions } from './adamw.js';
export {
  type Annealing,
  annealingCos,
  annealingExp,
  annealingLinear,
  annealingNo,
  annealingPoly,
} from './annealing.js';
export { ASGD, type ASGDOptions, type ASGDState } from './asgd.js';
export { Lamb, type LambOptions, type LambState } from './lamb.js';
export { LBFGS, type LBFGSOptions, type LBFGSState } from './lbfgs.js';
export { Lookahead, type LookaheadStateDict } from './lookahead.js';
export * as lrScheduler from './lrScheduler/index.js';
export { Muon, type MuonOptions, type MuonState } from './muon.js';
export { NAdam, type NAdamOptions, type NAdamState } from './nadam.js';
export {
  Optimizer,
  type OptimizerStateDict,
  type ParamGroup,
  type ParamGroupInit,
  type Params,
  type SavedOptimizerState,
  type StateEntry,
} from './optimizer.js';
export { RAdam, type RAdamOptions, type RAdamState } from './radam.js';
export { RMSprop, type RMSpropOptions, type RMSpropState } from './rmsprop.js';
export { Rprop, type RpropOptions, type RpropState } from './rprop.js';
export { SGD, type SGDOptions, type SGDState } from './sgd.js';
export { SparseAdam, type SparseAdamOptions, type SparseAdamState } from './sparseAdam.js';
