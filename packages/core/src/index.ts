import './setup.js';
import { functions } from './ops/install.js';

export * as amp from './amp/index.js';
export * as autograd from './autograd/index.js';
export {
  detectAnomaly,
  enableGrad,
  type FunctionContext,
  inferenceMode,
  noGrad,
  RemovableHandle,
} from './autograd/index.js';
export * as cuda from './cuda.js';
export * as data from './data/index.js';
export {
  type BatchIterator,
  type BatchSource,
  DataLoader,
  Dataset,
  IterableDataset,
  inWorkers,
  TensorDataset,
} from './data/index.js';
export * from './dataBlock/index.js';
export * from './hooks/index.js';
export * as io from './io/index.js';
export * as jit from './jit/index.js';
export * from './learner/index.js';
export * as memory from './memory.js';
export * as nn from './nn/index.js';
export type {
  Complex,
  FactoryOptions,
  Int,
  IntList,
  Named,
  Reduction,
  Scalar,
} from './ops/argumentTypes.js';
export { SignatureError } from './ops/signatureError.js';
export * as optim from './optim/index.js';
export * as plot from './plot/index.js';
export { Generator, initialSeed, manualSeed, useThreadGenerator } from './random.js';
export {
  asTensor,
  type BufferOptions,
  fromBuffer,
  fromTypedArray,
  type TensorData,
  type TensorOptions,
  tensor,
} from './tensor/create.js';
export type { Device, DType, Layout, MemoryFormat } from './tensor/dtype.js';
export * from './tensor/errors.js';
export { formatTensor } from './tensor/format.js';
export { ellipsis, type Index, slice } from './tensor/indexing.js';
export { checkOptions } from './tensor/options.js';
export {
  getPrintOptions,
  type PrintOptions,
  type PrintProfile,
  setPrintOptions,
} from './tensor/printOptions.js';
export type { NestedArray, TypedArray } from './tensor/read.js';
export { keep, Scope, type TensorHolder, tensorsOf, tidy } from './tensor/scope.js';
export { Tensor } from './tensor/tensor.js';
export {
  discardPacked,
  fromTransferable,
  packTensors,
  type TransferableTensor,
  toTransferable,
  unpackTensors,
} from './tensor/transfer.js';
export * as tensorboard from './tensorboard/index.js';
export { type Torch, torch } from './torch.js';

export const { fft, linalg, special } = functions;
