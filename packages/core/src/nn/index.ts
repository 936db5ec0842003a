export {
  type ActivationOptions,
  CELU,
  ELU,
  GELU,
  type GELUOptions,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  LogSigmoid,
  Mish,
  PReLU,
  type PReLUOptions,
  ReLU,
  ReLU6,
  RReLU,
  SELU,
  Sigmoid,
  SiLU,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
} from './activation.js';
export type { GradTuple } from './backwardHooks.js';
export { BatchNorm1d, type BatchNormOptions } from './batchnorm.js';
export { ModuleList, Sequential } from './container.js';
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv.js';
export type { PaddingMode } from './convNd.js';
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeOptions,
} from './convTranspose.js';
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  type DropoutOptions,
  FeatureAlphaDropout,
} from './dropout.js';
export { functional } from './functional.js';
export type { HookResult } from './hookList.js';
export * as init from './init.js';
export { Identity, Linear, type LinearOptions } from './linear.js';
export { CrossEntropyLoss, MSELoss } from './loss.js';
export { type AnyModule, type HookOptions, Module } from './module.js';
export { Parameter } from './parameter.js';
export type { SpatialSize } from './sizes.js';
export { LogSoftmax, Softmax, Softmax2d, Softmin } from './softmax.js';
export { Embedding, type EmbeddingOptions } from './sparse.js';
export { type KeyMismatch, type StateDict, StateDictError } from './stateDict.js';
