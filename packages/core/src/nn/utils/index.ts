export {
  clipGradNorm_,
  clipGradValue_,
  getTotalNorm,
  type TotalNormOptions,
} from './clipGrad.js';
