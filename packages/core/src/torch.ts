import { native } from '@flambeau/native';
import * as amp from './amp/index.js';
import * as autograd from './autograd/index.js';
import * as configuration from './configuration.js';
import * as cuda from './cuda.js';
import type { TorchFunctions } from './generated/torchFunctions.js';
import { load } from './io/checkpoint/load.js';
import { save } from './io/checkpoint/save.js';
import * as jit from './jit/index.js';
import { ops } from './ops/dispatcher.js';
import { functions } from './ops/install.js';
import * as random from './random.js';
import { asTensor, fromBuffer, fromTypedArray, tensor } from './tensor/create.js';
import { dtypes } from './tensor/dtype.js';
import { nonzero } from './tensor/nonzero.js';
import { norm } from './tensor/norm.js';
import { getPrintOptions, setPrintOptions } from './tensor/printOptions.js';
import { Tensor } from './tensor/tensor.js';
import { unique } from './tensor/unique.js';

const { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } = autograd;
const { Generator, forkRng, getRngState, initialSeed, manualSeed, setRngState } = random;

const handWritten = {
  ...dtypes,
  ...configuration,
  tensor,
  asTensor,
  fromBuffer,
  fromTypedArray,
  nonzero,
  norm,
  unique,
  isTensor: (value: unknown): value is Tensor => value instanceof Tensor,
  enableGrad,
  inferenceMode,
  isGradEnabled,
  noGrad,
  setGradEnabled,
  Generator,
  forkRng,
  getRngState,
  initialSeed,
  manualSeed,
  setRngState,
  getPrintOptions,
  setPrintOptions,
  autocast: amp.autocast,
  amp,
  autograd,
  cuda,
  load,
  save,
  jit,
  ops,
  linalg: functions.linalg,
  fft: functions.fft,
  special: functions.special,
  sparse: functions.sparse,
  nested: functions.nested,
  /** The version of the libtorch in use. */
  version: native.libtorchVersion,
};

/** PyTorch's functions and constants under their Python names in camelCase. */
export interface Torch
  extends Omit<TorchFunctions, keyof typeof handWritten>,
    Readonly<typeof handWritten> {}

export const torch: Torch = { ...functions.torch, ...handWritten };
