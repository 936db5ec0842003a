export { type AnomalyOptions, detectAnomaly, isAnomalyEnabled } from './anomaly.js';
export { type BackwardOptions, backward, type GradOptions, grad } from './backward.js';
export {
  AutogradFunction as Function,
  type AutogradFunctionClass,
  FunctionContext,
  type Gradients,
} from './function.js';
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  type ModeGuard,
  noGrad,
  setGradEnabled,
} from './gradMode.js';
export { RemovableHandle } from './hooks.js';
