export { type OrthogonalMap, type OrthogonalOptions, orthogonal } from './orthogonal.js';
export { spectralNorm } from './spectralNorm.js';
export { type WeightNormOptions, weightNorm } from './weightNorm.js';
