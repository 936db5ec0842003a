export {
  clipGradNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from './clipGrad.js';
export * as rnn from './rnn.js';
