import type { ComplexValue } from '@flambeau/native';
import type { Device, DType, Layout } from '../tensor/dtype.js';

/** A complex number. */
export type Complex = ComplexValue;

/** A whole number; a bigint where a number would not be exact. */
export type Int = number | bigint;

export type IntList = readonly Int[];

/**
 * A number that operators take beside tensors. A whole number is an integer, any other a floating
 * one: that decides the dtype of a result as it does in PyTorch.
 */
export type Scalar = number | bigint | boolean | Complex;

/** How a loss is reduced: PyTorch's words, or libtorch's codes 0, 1, 2. */
export type Reduction = 'none' | 'mean' | 'sum' | number;

/** Where and how a new tensor is made. */
export interface FactoryOptions {
  /** Default: the default dtype, or what the operator derives from its arguments. */
  readonly dtype?: DType | null;
  readonly layout?: Layout | null;
  /** Default: 'cpu', or the device of the tensor that the new one is like. */
  readonly device?: Device | null;
  /** Page-locked memory, from which copies to a GPU are faster. */
  readonly pinMemory?: boolean | null;
  /** Should autograd record what happens to the new tensor? */
  readonly requiresGrad?: boolean;
}

/** Several results: a tuple that also has them by PyTorch's names. */
export type Named<Items extends unknown[], Names extends string> = Readonly<Items> & {
  readonly [Name in Names]: Items[number];
};
