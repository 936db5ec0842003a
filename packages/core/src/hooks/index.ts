export { inEvalMode } from '../nn/evalMode.js';
export { flattenModel, ParameterModule } from '../nn/flattenModel.js';
export { ActivationStats, type ActivationStatsOptions } from './activationStats.js';
export { Hook, type HookSettings, type StoreOptions } from './hook.js';
export { HookCallback, type HookCallbackOptions } from './hookCallback.js';
export { type HookOutputOptions, hookOutput, hookOutputs, type OutputGrad } from './hookOutput.js';
export { Hooks } from './hooks.js';
export { type LayerInfo, layersInfo } from './layersInfo.js';
export {
  dummyBatch,
  dummyEval,
  type ImageSize,
  inChannels,
  modelSizes,
  numFeaturesModel,
} from './modelSizes.js';
