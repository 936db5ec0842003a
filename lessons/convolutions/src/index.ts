export { parseArguments } from './arguments.js';
export { averagePoolByHand } from './byHand/averagePool.js';
export { BatchNormByHand } from './byHand/batchNorm.js';
export {
  type ConvolutionOptions,
  convolutionByHand,
  convolutionMatrix,
} from './byHand/convolution.js';
export { dropoutByHand } from './byHand/dropout.js';
export { lessonKernel, topEdgeKernel } from './kernels.js';
export { type KernelOptions, outputSize } from './outputSize.js';
export { generatedPhoto } from './photo.js';
export { type RunOptions, run } from './run.js';
