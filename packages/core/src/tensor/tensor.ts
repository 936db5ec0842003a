import { inspect } from 'node:util';
import { type Handle, native } from '@flambeau/native';
import { type BackwardOptions, backward } from '../autograd/backward.js';
import { RemovableHandle } from '../autograd/hooks.js';
import type { TensorMethods } from '../generated/tensorMethods.js';
import type { Complex, Scalar } from '../ops/argumentTypes.js';
import { aten } from '../ops/aten.js';
import { convert, type ToArguments } from './convert.js';
import { newTensor, type TensorData, type TensorOptions } from './create.js';
import { type Device, type DType, dtypeOf, type Layout, layoutOf } from './dtype.js';
import { HookError, TorchIndexError } from './errors.js';
import { formatTensor } from './format.js';
import { at, type Index, indexPut_ } from './indexing.js';
import { type NonzeroOptions, nonzero } from './nonzero.js';
import { type NormOptions, norm } from './norm.js';
import {
  item,
  itemAsync,
  type NestedArray,
  type TypedArray,
  toArray,
  toArrayAsync,
  toTypedArray,
  toTypedArrayAsync,
} from './read.js';
import { openScopes, wrap } from './scope.js';
import { track } from './tracking.js';
import { type UniqueOptions, type UniqueResult, unique } from './unique.js';

/**
 * A multi-dimensional array of one dtype on one device.
 *
 * Its operators are PyTorch's, in camelCase. A tensor made inside {@link tidy} is freed with the
 * scope, any other by the garbage collector, or at once by `dispose()` or the end of a `using`.
 * Using a freed tensor throws a `TensorDisposedError`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: installMethods adds what TensorMethods declares
export class Tensor {
  /** @internal The native tensor. */
  declare readonly handle: Handle;
  /** @internal Does the garbage collector free it? */
  declare tracked: boolean;

  /** @internal Use `tensor()`, or `wrap()` for a handle. */
  constructor(handle: Handle) {
    this.handle = handle;
    this.tracked = false;
    if (openScopes === 0) track(this);
  }

  // --- what it is

  get shape(): readonly number[] {
    return native.shape(this.handle);
  }

  get ndim(): number {
    return native.shape(this.handle).length;
  }

  /** The length of the first dimension. A tensor without dimensions has none and throws. */
  get length(): number {
    return this.size(0);
  }

  get dtype(): DType {
    return dtypeOf(native.dtype(this.handle));
  }

  get device(): Device {
    return native.device(this.handle) as Device;
  }

  get layout(): Layout {
    return layoutOf(native.layout(this.handle));
  }

  get isCuda(): boolean {
    return native.device(this.handle).startsWith('cuda');
  }

  /** Number of elements. */
  numel(): number {
    return native.shape(this.handle).reduce((product, length) => product * length, 1);
  }

  /** The shape, or the length of one dimension; a negative one counts from the end. */
  size(): readonly number[];
  size(dim: number): number;
  size(dim?: number): number | readonly number[] {
    const shape = native.shape(this.handle);
    return dim === undefined ? shape : atDimension(shape, dim);
  }

  /** Elements to skip in memory to the next in each dimension, or in one. */
  stride(): readonly number[];
  stride(dim: number): number;
  stride(dim?: number): number | readonly number[] {
    const strides = native.strides(this.handle);
    return dim === undefined ? strides : atDimension(strides, dim);
  }

  /** Elements between the start of the storage and the first of this tensor. */
  storageOffset(): number {
    return native.storageOffset(this.handle);
  }

  /** Address of the first element. Equal for tensors that share it. */
  dataPtr(): bigint {
    return native.dataPtr(this.handle);
  }

  /** The tensor transposed: all dimensions in reverse order. */
  get T(): Tensor {
    return wrap(aten('numpy_T')(this.handle) as Handle);
  }

  /** The last two dimensions exchanged. */
  get mT(): Tensor {
    return wrap(aten('mT')(this.handle) as Handle);
  }

  /** A matrix transposed and conjugated. */
  get H(): Tensor {
    return wrap(aten('matrix_H')(this.handle) as Handle);
  }

  /** The last two dimensions exchanged, and conjugated. */
  get mH(): Tensor {
    return wrap(aten('mH')(this.handle) as Handle);
  }

  /** The real part of a complex tensor, as a view; another tensor itself. */
  get real(): Tensor {
    return wrap(aten('real')(this.handle) as Handle);
  }

  /** The imaginary part of a complex tensor, as a view. */
  get imag(): Tensor {
    return wrap(aten('imag')(this.handle) as Handle);
  }

  // --- autograd

  /** Does autograd record what happens to it? */
  get requiresGrad(): boolean {
    return native.requiresGrad(this.handle);
  }

  set requiresGrad(value: boolean) {
    native.setRequiresGrad(this.handle, value);
  }

  requiresGrad_(requiresGrad = true): this {
    native.setRequiresGrad(this.handle, requiresGrad);
    return this;
  }

  /** Was it made by the user, and not by a recorded operation? */
  get isLeaf(): boolean {
    return native.isLeaf(this.handle);
  }

  /** The accumulated gradient, of this tensor's shape; null before the first backward. */
  get grad(): Tensor | null {
    const grad = native.grad(this.handle);
    return grad === null ? null : wrap(grad);
  }

  set grad(grad: Tensor | null) {
    native.setGrad(this.handle, grad === null ? null : grad.handle);
  }

  /** The name of the recorded operation that made it, 'AddBackward0'; null for a leaf. */
  get gradFn(): string | null {
    return native.gradFnName(this.handle);
  }

  /** Lets backward fill `grad` also where this tensor is not a leaf. */
  retainGrad(): void {
    native.retainGrad(this.handle);
  }

  get retainsGrad(): boolean {
    return native.retainsGrad(this.handle);
  }

  /** How often it was changed in place. */
  get version(): number {
    return native.version(this.handle);
  }

  /** The same values outside the record of autograd; changes to them go unnoticed. */
  get data(): Tensor {
    return wrap(aten('data')(this.handle) as Handle);
  }

  /** Takes another tensor's values, shape and dtype, and keeps identity and history. */
  set data(other: Tensor) {
    native.setData(this.handle, other.handle);
  }

  /**
   * Adds to the `grad` of every leaf that this tensor was computed from.
   * @param gradient the gradient of this tensor, of its shape; not needed for a single element.
   */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    backward(this, gradient ?? null, options);
  }

  /**
   * Calls `hook` whenever the gradient of this tensor is computed; the tensor it returns takes the
   * gradient's place.
   * @throws HookError during backward when it returns anything else; what it throws itself comes
   * out of backward as it is.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may also be a function without result
  registerHook(hook: (grad: Tensor) => Tensor | undefined | void): RemovableHandle {
    const { handle } = this;
    const id = native.registerHook(handle, (grad) => {
      const replacement: unknown = hook(wrap(grad)) ?? undefined;
      if (replacement === undefined) return undefined;
      if (replacement instanceof Tensor) return replacement.handle;
      throw new HookError({
        code: 'hook',
        message: `a gradient hook returns a Tensor or nothing, not ${inspect(replacement)}`,
      });
    });
    return new RemovableHandle(() => {
      if (native.isAlive(handle)) native.removeHook(handle, id);
    });
  }

  /**
   * Calls `hook` after a gradient was added to the `grad` of this leaf. The hook keeps the tensor
   * alive until it is removed.
   */
  registerPostAccumulateGradHook(hook: (leaf: this) => void): RemovableHandle {
    const { handle } = this;
    const id = native.registerPostAccumulateGradHook(handle, () => hook(this));
    return new RemovableHandle(() => {
      if (native.isAlive(handle)) native.removePostAccumulateGradHook(handle, id);
    });
  }

  // --- conversion

  /**
   * The tensor with another dtype, device, layout or memory order; itself where nothing changes:
   * `x.to('float64')`, `x.to('cuda:0', 'float16')`, `x.to(other)`, `x.to({ dtype, copy: true })`.
   */
  to(...args: ToArguments): Tensor {
    return convert(this, args);
  }

  cpu(): Tensor {
    return convert(this, ['cpu']);
  }

  cuda(device: number = 0): Tensor {
    return convert(this, [`cuda:${device}`]);
  }

  bool(): Tensor {
    return convert(this, ['bool']);
  }

  byte(): Tensor {
    return convert(this, ['uint8']);
  }

  char(): Tensor {
    return convert(this, ['int8']);
  }

  short(): Tensor {
    return convert(this, ['int16']);
  }

  int(): Tensor {
    return convert(this, ['int32']);
  }

  long(): Tensor {
    return convert(this, ['int64']);
  }

  half(): Tensor {
    return convert(this, ['float16']);
  }

  bfloat16(): Tensor {
    return convert(this, ['bfloat16']);
  }

  float(): Tensor {
    return convert(this, ['float32']);
  }

  double(): Tensor {
    return convert(this, ['float64']);
  }

  cfloat(): Tensor {
    return convert(this, ['complex64']);
  }

  cdouble(): Tensor {
    return convert(this, ['complex128']);
  }

  /** A new tensor from data, with this one's dtype and device where `options` says nothing. */
  newTensor(data: TensorData, options: TensorOptions = {}): Tensor {
    return newTensor(this, data, options);
  }

  /**
   * The norm over `dim`, by default over all elements.
   * @param p the order, or 'fro' (the default) or 'nuc'.
   */
  norm(
    p?: Scalar | 'fro' | 'nuc' | null | NormOptions,
    dim?: number | readonly number[] | null | NormOptions,
    keepdim?: boolean | NormOptions,
    options?: NormOptions,
  ): Tensor {
    return norm(this, p, dim, keepdim, options);
  }

  /** Where the elements are that are not zero, see {@link nonzero}. */
  nonzero(options?: NonzeroOptions & { readonly asTuple?: false }): Tensor;
  nonzero(options: { readonly asTuple: true }): Tensor[];
  nonzero(options: NonzeroOptions = {}): Tensor | Tensor[] {
    return nonzero(this, options);
  }

  /** The distinct elements, see {@link unique}. */
  unique(
    options?: UniqueOptions & { readonly returnInverse?: false; readonly returnCounts?: false },
  ): Tensor;
  unique(options: UniqueOptions): UniqueResult;
  unique(options: UniqueOptions = {}): Tensor | UniqueResult {
    return unique(this, options);
  }

  // --- reading

  /** The value of a tensor with one element; a bigint for an int64 beyond 2^53. */
  item(): number | bigint | boolean | Complex {
    return item(this);
  }

  /** As {@link item}, without blocking the event loop. */
  itemAsync(): Promise<number | bigint | boolean | Complex> {
    return itemAsync(this);
  }

  /** The elements as nested arrays; the value itself for a tensor without dimensions. */
  toArray(): NestedArray {
    return toArray(this);
  }

  /** As {@link toArray}, the copy out of the tensor made off the JavaScript thread. */
  toArrayAsync(): Promise<NestedArray> {
    return toArrayAsync(this);
  }

  /**
   * A copy of the elements in row-major order. float16 and bfloat16 come as their bits in a
   * Uint16Array, bool as a Uint8Array of 0 and 1, complex as alternating real and imaginary parts.
   */
  toTypedArray(): TypedArray {
    return toTypedArray(this);
  }

  /** As {@link toTypedArray}, copied off the JavaScript thread. */
  toTypedArrayAsync(): Promise<TypedArray> {
    return toTypedArrayAsync(this);
  }

  // --- indexing

  /**
   * What Python writes `x[…]`: `x.at(0, slice(1, 3), ellipsis, null, mask, indices)`.
   * A view, except where a tensor or an array of indices takes part.
   */
  at(...indices: readonly Index[]): Tensor {
    return at(this, indices);
  }

  /**
   * What Python writes `x[indices] = value`, and with `accumulate`, `x.index_put_`.
   * @returns this tensor.
   */
  indexPut_(
    indices: readonly Index[],
    value: Tensor | Scalar,
    options: { accumulate?: boolean } = {},
  ): this {
    indexPut_(this, indices, value, options.accumulate ?? false);
    return this;
  }

  /** The slices along the first dimension. */
  *[Symbol.iterator](): Iterator<Tensor> {
    if (this.ndim === 0) throw new TypeError('iteration over a 0-d tensor');
    const { length } = this;
    for (let i = 0; i < length; i++) yield this.select(0, i);
  }

  // --- life

  /** Frees it now, whoever holds it. Does nothing the second time. */
  dispose(): void {
    native.dispose(this.handle);
  }

  [Symbol.dispose](): void {
    native.dispose(this.handle);
  }

  get isDisposed(): boolean {
    return !native.isAlive(this.handle);
  }

  // --- as text

  /** PyTorch's text for the same tensor. */
  toString(): string {
    return this.isDisposed ? 'tensor(disposed)' : formatTensor(this);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

export interface Tensor extends TensorMethods {}

function atDimension(lengths: readonly number[], dim: number): number {
  const length = lengths.at(dim);
  if (length === undefined || dim < -lengths.length) {
    const n = Math.max(lengths.length, 1);
    const range = `[${-n}, ${n - 1}]`;
    throw new TorchIndexError({
      code: 'index',
      message: `Dimension out of range (expected to be in range of ${range}, but got ${dim})`,
    });
  }
  return length;
}
