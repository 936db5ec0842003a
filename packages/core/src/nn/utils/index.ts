export {
  clipGradNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from './clipGrad.js';
export { functionalCall } from './functionalCall.js';
export { fuseConvBnEval, fuseLinearBnEval } from './fusion.js';
export * as parametrizations from './parametrizations/index.js';
export * as parametrize from './parametrize/index.js';
export * as rnn from './rnn.js';
export type { SpectralNormOptions } from './spectral.js';
export { removeSpectralNorm, spectralNorm } from './spectralNorm.js';
export { parametersToVector, vectorToParameters } from './vector.js';
export { removeWeightNorm, weightNorm } from './weightNorm.js';
