export {
  clipGradNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from './clipGrad.js';
export * as parametrizations from './parametrizations/index.js';
export * as parametrize from './parametrize/index.js';
export * as rnn from './rnn.js';
export type { SpectralNormOptions } from './spectral.js';
