import { type Handle, native } from '@flambeau/native';
import { noGrad } from '../autograd/gradMode.js';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { Parameter } from './parameter.js';

interface PlaceOptions {
  device?: Device | undefined;
  dtype?: DType | undefined;
}

/** Where it will be and what it will hold is known, how much of it is not. */
export type Uninitialized = UninitializedParameter | UninitializedBuffer;

/** Is it a parameter or a buffer without a shape? */
export function isUninitialized(value: unknown): value is Uninitialized {
  return value instanceof UninitializedParameter || value instanceof UninitializedBuffer;
}

function materialize(tensor: Uninitialized, shape: readonly number[], plain: object): void {
  const { dtype, device } = tensor;
  noGrad(() =>
    tidy(() =>
      native.setData(tensor.handle, functions.torch.empty(shape, { dtype, device }).handle),
    ),
  );
  Object.setPrototypeOf(tensor, plain);
}

function refuse(what: string): never {
  throw new TypeError(
    `${what}: it gets its shape and values when its lazy module is called for the first time`,
  );
}

/**
 * The parameter of a lazy module before the module was called: it has a dtype and a device, which
 * can be changed, but no shape and no values. Anything else throws a TypeError.
 */
export class UninitializedParameter extends Parameter {
  constructor(options: PlaceOptions & { requiresGrad?: boolean } = {}) {
    const { requiresGrad, ...place } = options;
    const data = emptyTensor(place);
    super(data, requiresGrad);
    data.dispose();
  }

  /** Makes it a {@link Parameter} of that shape, with any values. It stays the same object. */
  materialize(shape: readonly number[]): void {
    materialize(this, shape, Parameter.prototype);
  }

  override get shape(): never {
    return refuse('the parameter is not initialized');
  }

  override detach(): never {
    return refuse('the parameter is not initialized');
  }

  override toString(): string {
    return '<UninitializedParameter>';
  }
}

/** {@link UninitializedParameter} for a buffer. */
export class UninitializedBuffer extends Tensor {
  constructor(options: PlaceOptions = {}) {
    const data = emptyTensor(options);
    super(aten('detach')(data.handle) as Handle);
    data.dispose();
  }

  /** Makes it a plain tensor of that shape, with any values. It stays the same object. */
  materialize(shape: readonly number[]): void {
    materialize(this, shape, Tensor.prototype);
  }

  override get shape(): never {
    return refuse('the buffer is not initialized');
  }

  override detach(): never {
    return refuse('the buffer is not initialized');
  }

  override toString(): string {
    return '<UninitializedBuffer>';
  }
}

function emptyTensor(place: PlaceOptions): Tensor {
  return functions.torch.empty([0], place);
}
