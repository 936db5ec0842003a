import { ellipsis, type Index, nn, slice, Tensor, torch } from '@flambeau/core';
import { camelCase } from '@flambeau/native/schema';
import { handWrittenFunctionals } from './exceptions.js';
import type { Evaluation } from './oracle.js';
import {
  isRemoteTensor,
  type Output,
  RemoteSlice,
  type RemoteTensor,
  remoteEllipsis,
  toTensor,
} from './wire.js';

/** One call of a built-in operator in Python, and what it gave; see `python/opinfo.py`. */
export interface OperatorCase extends Evaluation {
  /** 'inplace' for functions and methods whose name ends with an underscore. */
  readonly form: 'function' | 'method' | 'inplace' | 'property' | 'aten';
  /** 'torch', 'linalg', …, 'Tensor' for methods and properties, 'ops.aten' for the dispatcher's. */
  readonly namespace: string;
  /** Python's name. */
  readonly name: string;
  /** The operator's name in the dispatcher. */
  readonly aten: string;
  /** The first overload that takes the arguments; 'default' for the unnamed one. */
  readonly overload: string;
  readonly dtype: string;
  /** Positional arguments, the tensor itself first. */
  readonly arguments: Output;
  /** The schema's names of the positional arguments. */
  readonly argumentNames: readonly string[];
  readonly options: Output;
  /** Can the result be written to given tensors? */
  readonly supportsOut: boolean;
  readonly seed: number;
  /** Why Python gives no gradients. */
  readonly gradientError: string | null;
}

/** Calls an operator with positional arguments and named ones. */
export type Operator = (args: unknown[], options: Readonly<Record<string, unknown>>) => unknown;

type Table = Readonly<Record<string, unknown>>;

const namespaces: Readonly<Record<string, Table>> = {
  torch: torch as unknown as Table,
  linalg: torch.linalg as unknown as Table,
  fft: torch.fft as unknown as Table,
  special: torch.special as unknown as Table,
  'nn.functional': nn.functional as unknown as Table,
};

/** Our public operator for a case, or why there is none. */
export function callableOf(sample: OperatorCase): Operator | string {
  const name = camelCase(sample.name);
  const operator = sample.namespace === 'Tensor' ? method(sample, name) : fromTable(sample, name);
  if (typeof operator === 'string' || sample.form !== 'inplace') return operator;
  // Python changed a copy too: a leaf that requires grad may not be changed.
  return ([self, ...rest], options) => operator([(self as Tensor).clone(), ...rest], options);
}

function method(sample: OperatorCase, name: string): Operator | string {
  if (sample.name === '__getitem__') {
    return ([self, indices]) => (self as Tensor).at(...(indices as Index[]));
  }
  if (!(name in Tensor.prototype)) return `Tensor has no ${name}`;
  if (sample.form === 'property') {
    return ([self]) => (self as unknown as Table)[name];
  }
  return ([self, ...args], options) => {
    const own = (self as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    return own?.call(self, ...args, ...optionsArgument(options));
  };
}

function fromTable(sample: OperatorCase, name: string): Operator | string {
  const operator =
    sample.form === 'aten' || handWrittenFunctionals.has(sample.aten)
      ? torch.ops.aten[sample.aten]?.[sample.overload]
      : namespaces[sample.namespace]?.[name];
  if (typeof operator !== 'function') return `torch.${sample.namespace} has no ${name}`;
  if (sample.namespace === 'nn.functional' && losses.has(name)) {
    return (args, options) => {
      const named = args.map((value, i) => [sample.argumentNames[i], value] as const).slice(2);
      const all = { ...Object.fromEntries(named), ...options };
      const reduction = reductions[all.reduction as number] ?? 'mean';
      return operator(args[0], args[1], ...optionsArgument({ ...all, reduction }));
    };
  }
  return (args, options) => operator(...args, ...optionsArgument(options));
}

/** Losses that, as in Python, take all but input and target by name, and the reduction's word. */
const losses = new Set(['mseLoss', 'l1Loss', 'smoothL1Loss', 'huberLoss', 'binaryCrossEntropy']);
const reductions = ['none', 'mean', 'sum'];

function optionsArgument(options: Readonly<Record<string, unknown>>): unknown[] {
  const entries = Object.entries(options).map(([key, value]) => [camelCase(key), value] as const);
  return entries.length > 0 ? [Object.fromEntries(entries)] : [];
}

/**
 * Tensors to which the result of a case can be written, one or a list as the operator takes. They
 * are filled with what no result is, since a block of memory may still hold the right answer.
 */
export function emptyOutput(result: Output): Tensor | Tensor[] {
  if (Array.isArray(result)) return result.map((item) => emptyOutput(item) as Tensor);
  const { shape, dtype } = result as RemoteTensor;
  return torch.empty(shape, { dtype }).fill_(/float|complex/.test(dtype) ? Number.NaN : 113);
}

/** Values of this process for those that Python sent; its leaves are appended to `leaves`. */
export function fromPython(value: Output, leaves: Tensor[]): unknown {
  if (isRemoteTensor(value)) {
    const tensor = toTensor(value);
    if (value.requiresGrad) leaves.push(tensor);
    return tensor;
  }
  if (value instanceof RemoteSlice) return slice(value.start, value.stop, value.step);
  if (value === remoteEllipsis) return ellipsis;
  if (Array.isArray(value)) return value.map((item) => fromPython(item, leaves));
  if (typeof value !== 'object' || value === null || 're' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fromPython(item, leaves)]),
  );
}
