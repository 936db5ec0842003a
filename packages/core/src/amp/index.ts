export {
  type AutocastDType,
  type AutocastOptions,
  autocast,
  clearAutocastCache,
  getAutocastDtype,
  isAutocastAvailable,
  isAutocastEnabled,
} from './autocast.js';
export { type CustomForwardOptions, customBwd, customFwd } from './customFunction.js';
export { GradScaler, type GradScalerOptions, type GradScalerStateDict } from './gradScaler.js';
export type { ScaledOptimizer } from './unscale.js';
