import {
  type ComplexValue,
  dtypeCodes,
  type Handle,
  layoutCodes,
  memoryFormatCodes,
  native,
  type StreamRef,
} from '@flambeau/native';
import { parseSchema } from '@flambeau/native/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elementsOf } from './elements.js';
import { argumentTypes, impossibleTypes } from './schemaTypes.js';

type Tensors = (Handle | null)[];

/** A float32 tensor, on the values 0, 1, 2, … where none are given. */
function tensor(shape: readonly number[], values?: readonly number[]): Handle {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from(values ?? Array.from({ length: count }, (_, i) => i));
  return native.fromTypedArray(data, dtypeCodes.float32, shape, true);
}

function integers(values: readonly bigint[], shape: readonly number[] = [values.length]): Handle {
  return native.fromTypedArray(BigInt64Array.from(values), dtypeCodes.int64, shape, true);
}

function valuesOf(handle: unknown): (number | bigint)[] {
  const name = Object.entries(dtypeCodes).find(
    ([, code]) => code === native.dtype(handle as Handle),
  );
  const dtype = name?.[0] as keyof typeof dtypeCodes;
  return Array.from(elementsOf(dtype, native.toArrayBuffer(handle as Handle)));
}

function shapeOf(handle: unknown): number[] {
  return native.shape(handle as Handle);
}

type Call = (...args: readonly unknown[]) => unknown;

/** A call that shows that an argument of the type arrived in libtorch. */
interface Exercise {
  /** The overload; the test checks that it has an argument of the type. */
  readonly schema: string;
  readonly check: (call: Call) => void;
}

/** One exercise for every type of argument in the dispatcher's schemas. */
const exercises: Readonly<Record<string, Exercise>> = {
  Tensor: {
    schema: 'add.Tensor',
    check: (add) => expect(valuesOf(add(tensor([2]), tensor([2], [3, 4])))).toEqual([3, 5]),
  },
  'Tensor?': {
    schema: 'clamp.Tensor',
    check: (clamp) => {
      const x = tensor([3], [-1, 0, 2]);
      expect(valuesOf(clamp(x, null, tensor([], [1])))).toEqual([-1, 0, 1]);
      expect(valuesOf(clamp(x, tensor([], [0]), null))).toEqual([0, 0, 2]);
    },
  },
  'Tensor[]': {
    schema: 'cat',
    check: (cat) => expect(valuesOf(cat([tensor([2]), tensor([1], [7])]))).toEqual([0, 1, 7]),
  },
  'Tensor?[]': {
    schema: 'index.Tensor',
    check: (index) => {
      const columns = integers([2n, 0n]);
      expect(valuesOf(index(tensor([2, 3]), [null, columns]))).toEqual([2, 0, 5, 3]);
    },
  },
  Scalar: {
    schema: 'add.Scalar',
    check: (add) => {
      const x = () => integers([1n]);
      const dtypeWith = (scalar: number | bigint | boolean | ComplexValue) =>
        native.dtype(add(x(), scalar) as Handle);
      expect(dtypeWith(2)).toBe(dtypeCodes.int64);
      expect(dtypeWith(true)).toBe(dtypeCodes.int64);
      expect(dtypeWith(1.5)).toBe(dtypeCodes.float32);
      expect(dtypeWith({ re: 0, im: 1 })).toBe(dtypeCodes.complex64);
      expect(valuesOf(add(x(), 2n ** 60n))).toEqual([2n ** 60n + 1n]);
      expect(valuesOf(add(x(), { re: 1, im: 2.5 }))).toEqual([2, 2.5]);
      expect(valuesOf(add(tensor([1]), -0.5))).toEqual([-0.5]);
    },
  },
  'Scalar?': {
    schema: 'clamp',
    check: (clamp) => {
      const x = tensor([3], [-1, 0.5, 2]);
      expect(valuesOf(clamp(x, 0, null))).toEqual([0, 0.5, 2]);
      expect(valuesOf(clamp(x, undefined, 1))).toEqual([-1, 0.5, 1]);
    },
  },
  'Scalar[]': {
    schema: '_foreach_mul.ScalarList',
    check: (multiply) => {
      const products = multiply([tensor([2]), tensor([2])], [3, 0.5]) as Handle[];
      expect(products.map(valuesOf)).toEqual([
        [0, 3],
        [0, 0.5],
      ]);
    },
  },
  int: {
    schema: 'cumsum',
    check: (cumsum) => {
      expect(valuesOf(cumsum(tensor([2, 2]), 0))).toEqual([0, 1, 2, 4]);
      expect(valuesOf(cumsum(tensor([2, 2]), -1n))).toEqual([0, 1, 2, 5]);
    },
  },
  'int?': {
    schema: 'argmax',
    check: (argmax) => {
      const x = tensor([2, 2], [1, 9, 5, 2]);
      expect(valuesOf(argmax(x, null))).toEqual([1n]);
      expect(valuesOf(argmax(x, 0))).toEqual([1n, 0n]);
    },
  },
  'int[]': {
    schema: 'permute',
    check: (permute) => expect(shapeOf(permute(tensor([2, 3, 4]), [2, 0n, 1]))).toEqual([4, 2, 3]),
  },
  'int[]?': {
    schema: 'any.dims',
    check: (any) => {
      const x = tensor([2, 2], [0, 0, 0, 1]);
      expect(valuesOf(any(x, null))).toEqual([1]);
      expect(valuesOf(any(x, [0]))).toEqual([0, 1]);
    },
  },
  'int[1]': {
    schema: 'logsumexp',
    check: (logsumexp) => {
      expect(shapeOf(logsumexp(tensor([2, 3]), 1))).toEqual([2]);
      expect(shapeOf(logsumexp(tensor([2, 3]), [0, 1]))).toEqual([]);
    },
  },
  'int[1]?': {
    schema: 'sum.dim_IntList',
    check: (sum) => {
      expect(valuesOf(sum(tensor([2, 2]), null))).toEqual([6]);
      expect(valuesOf(sum(tensor([2, 2]), 0))).toEqual([2, 4]);
      expect(valuesOf(sum(tensor([2, 2]), [1]))).toEqual([1, 5]);
    },
  },
  'int[2]': {
    schema: 'max_pool2d',
    check: (pool) => {
      expect(valuesOf(pool(tensor([1, 4, 4]), 2))).toEqual([5, 7, 13, 15]);
      expect(shapeOf(pool(tensor([1, 4, 4]), [4, 2]))).toEqual([1, 1, 2]);
    },
  },
  'int[2]?': {
    schema: '_test_optional_filled_intlist',
    check: (addTo) => {
      const values = () =>
        native.fromTypedArray(Int32Array.of(10, 20), dtypeCodes.int32, [2], true);
      expect(valuesOf(addTo(values(), null))).toEqual([10, 20]);
      expect(valuesOf(addTo(values(), 3))).toEqual([13, 23]);
      expect(valuesOf(addTo(values(), [1, 2]))).toEqual([11, 22]);
    },
  },
  'int[3]': {
    schema: 'max_pool3d',
    check: (pool) => expect(valuesOf(pool(tensor([1, 2, 2, 2]), 2))).toEqual([7]),
  },
  SymInt: {
    schema: 'select.int',
    check: (select) => {
      expect(valuesOf(select(tensor([2, 2]), 0, -1))).toEqual([2, 3]);
      expect(valuesOf(select(tensor([2, 2]), 0, 0n))).toEqual([0, 1]);
    },
  },
  'SymInt?': {
    schema: 'slice.Tensor',
    check: (slice) => {
      expect(valuesOf(slice(tensor([4]), 0, null, 2))).toEqual([0, 1]);
      expect(valuesOf(slice(tensor([4]), 0, 1, null, 2))).toEqual([1, 3]);
    },
  },
  'SymInt[]': {
    schema: 'view',
    check: (view) => expect(shapeOf(view(tensor([6]), [2, -1]))).toEqual([2, 3]),
  },
  'SymInt[]?': {
    schema: 'upsample_nearest1d.vec',
    check: (upsample) => {
      expect(valuesOf(upsample(tensor([1, 1, 2]), [4], null))).toEqual([0, 0, 1, 1]);
      expect(shapeOf(upsample(tensor([1, 1, 2]), null, [3]))).toEqual([1, 1, 6]);
    },
  },
  'SymInt[1]': {
    schema: 'roll',
    check: (roll) => {
      expect(valuesOf(roll(tensor([3]), 1, 0))).toEqual([2, 0, 1]);
      expect(valuesOf(roll(tensor([3]), [-1], [0]))).toEqual([1, 2, 0]);
    },
  },
  'SymInt[1]?': {
    schema: 'fft_fft2',
    check: (fft2) => {
      expect(shapeOf(fft2(tensor([3, 4]), null))).toEqual([3, 4]);
      expect(shapeOf(fft2(tensor([3, 4]), [2, 5]))).toEqual([2, 5]);
    },
  },
  'SymInt[2]': {
    schema: 'adaptive_avg_pool2d',
    check: (pool) => expect(valuesOf(pool(tensor([1, 2, 2]), 1))).toEqual([1.5]),
  },
  'SymInt[3]': {
    schema: 'adaptive_avg_pool3d',
    check: (pool) => expect(valuesOf(pool(tensor([1, 2, 2, 2]), [1, 1, 2]))).toEqual([3, 4]),
  },
  'SymInt[4]': {
    schema: 'reflection_pad2d',
    check: (pad) => expect(valuesOf(pad(tensor([1, 1, 2]), [1, 0, 0, 0]))).toEqual([1, 0, 1]),
  },
  'SymInt[5]': {
    schema: 'upsample_nearest3d_backward',
    check: (backward) => {
      const grad = tensor([1, 1, 2, 2, 2]);
      expect(valuesOf(backward(grad, [2, 2, 2], [1, 1, 1, 1, 1]))).toEqual([28]);
    },
  },
  'SymInt[6]': {
    schema: 'replication_pad3d',
    check: (pad) => {
      expect(valuesOf(pad(tensor([1, 1, 1, 2]), [1, 0, 0, 0, 0, 0]))).toEqual([0, 0, 1]);
    },
  },
  float: {
    schema: 'quantile.scalar',
    check: (quantile) => {
      expect(valuesOf(quantile(tensor([4]), 0.5))).toEqual([1.5]);
      expect(valuesOf(quantile(tensor([4]), 1))).toEqual([3]);
    },
  },
  'float?': {
    schema: 'nan_to_num',
    check: (nanToNum) => {
      const x = tensor([2], [NaN, Infinity]);
      expect(valuesOf(nanToNum(x, null, 5))).toEqual([0, 5]);
      expect(valuesOf(nanToNum(x, 0.25, 7))).toEqual([0.25, 7]);
    },
  },
  'float[]?': {
    schema: 'upsample_nearest1d.vec',
    check: (upsample) => {
      expect(shapeOf(upsample(tensor([1, 1, 2]), null, [2.5]))).toEqual([1, 1, 5]);
      expect(shapeOf(upsample(tensor([1, 1, 2]), [3], null))).toEqual([1, 1, 3]);
    },
  },
  bool: {
    schema: 'argmax',
    check: (argmax) => {
      expect(shapeOf(argmax(tensor([2, 3]), 1, true))).toEqual([2, 1]);
      expect(shapeOf(argmax(tensor([2, 3]), 1, false))).toEqual([2]);
    },
  },
  'bool?': {
    schema: 'native_dropout',
    check: (dropout) => {
      const [kept] = dropout(tensor([4]), 1, false) as Handle[];
      expect(valuesOf(kept)).toEqual([0, 1, 2, 3]);
      const [dropped] = dropout(tensor([4]), 1, null) as Handle[];
      expect(valuesOf(dropped)).toEqual([0, 0, 0, 0]);
    },
  },
  'bool[2]': {
    schema: 'grid_sampler_2d_backward',
    check: (backward) => {
      const [input, grid] = [tensor([1, 1, 2, 2]), tensor([1, 1, 1, 2], [0, 0])];
      const masked = (mask: boolean[]) =>
        (backward(tensor([1, 1, 1, 1], [1]), input, grid, 0, 0, false, mask) as Tensors).map(
          (gradient) => gradient !== null,
        );
      expect(masked([false, true])).toEqual([false, true]);
    },
  },
  'bool[3]': {
    schema: 'native_layer_norm_backward',
    check: (backward) => {
      const [mean, scale] = [tensor([2, 1]), tensor([2, 1], [1, 1])];
      const [weight, bias] = [tensor([3]), tensor([3])];
      const masked = (mask: boolean[]) =>
        (
          backward(tensor([2, 3]), tensor([2, 3]), [3], mean, scale, weight, bias, mask) as Tensors
        ).map((gradient) => gradient !== null);
      expect(masked([true, false, true])).toEqual([true, false, true]);
      expect(masked([false, true, false])).toEqual([false, true, false]);
    },
  },
  str: {
    schema: 'einsum',
    check: (einsum) => {
      expect(valuesOf(einsum('ij->ji', [tensor([2, 2])]))).toEqual([0, 2, 1, 3]);
    },
  },
  'str?': {
    schema: 'div.Tensor_mode',
    check: (divide) => {
      const [a, b] = [tensor([1], [-7]), tensor([1], [2])];
      expect(valuesOf(divide(a, b, null))).toEqual([-3.5]);
      expect(valuesOf(divide(a, b, 'floor'))).toEqual([-4]);
      expect(valuesOf(divide(a, b, 'trunc'))).toEqual([-3]);
    },
  },
  ScalarType: {
    schema: 'to.dtype',
    check: (to) => {
      for (const dtype of ['float16', 'bfloat16', 'complex64', 'uint8', 'bool'] as const) {
        expect(native.dtype(to(tensor([1]), dtypeCodes[dtype]) as Handle)).toBe(dtypeCodes[dtype]);
      }
    },
  },
  'ScalarType?': {
    schema: 'sum',
    check: (sum) => {
      expect(native.dtype(sum(tensor([2])) as Handle)).toBe(dtypeCodes.float32);
      expect(native.dtype(sum(tensor([2]), dtypeCodes.int64) as Handle)).toBe(dtypeCodes.int64);
    },
  },
  Layout: {
    schema: '_validate_sparse_compressed_tensor_args',
    check: (validate) => {
      const check = (layout: number) =>
        validate(integers([0n, 1n]), integers([0n]), tensor([1]), [1, 1], layout);
      check(layoutCodes.sparseCsr);
      expect(() => check(layoutCodes.strided)).toThrow(/layout/);
    },
  },
  'Layout?': {
    schema: 'zeros',
    check: (zeros) => {
      const sparse = zeros([2], undefined, layoutCodes.sparseCoo) as Handle;
      expect(native.layout(sparse)).toBe(layoutCodes.sparseCoo);
      expect(native.layout(zeros([2], undefined, null) as Handle)).toBe(layoutCodes.strided);
    },
  },
  Device: {
    schema: 'to.device',
    check: (to) => {
      const moved = to(tensor([2]), 'meta', dtypeCodes.float32) as Handle;
      expect(native.device(moved)).toBe('meta');
    },
  },
  'Device?': {
    schema: 'zeros',
    check: (zeros) => {
      expect(native.device(zeros([2], undefined, undefined, 'meta') as Handle)).toBe('meta');
      expect(native.device(zeros([2], undefined, undefined, null) as Handle)).toBe('cpu');
    },
  },
  MemoryFormat: {
    schema: 'contiguous',
    check: (contiguous) => {
      const last = contiguous(tensor([1, 2, 2, 2]), memoryFormatCodes.channelsLast) as Handle;
      expect(native.strides(last)).toEqual([8, 1, 4, 2]);
    },
  },
  'MemoryFormat?': {
    schema: 'clone',
    check: (clone) => {
      const last = clone(tensor([1, 2, 2, 2]), memoryFormatCodes.channelsLast) as Handle;
      expect(native.strides(last)).toEqual([8, 1, 4, 2]);
      expect(native.strides(clone(last, null) as Handle)).toEqual([8, 1, 4, 2]);
    },
  },
  'Generator?': {
    schema: 'rand.generator',
    check: (rand) => {
      const draw = (seed: bigint) => {
        const generator = native.createGenerator('cpu');
        native.generatorManualSeed(generator, seed);
        return valuesOf(rand([4], generator));
      };
      expect(draw(5n)).toEqual(draw(5n));
      expect(draw(5n)).not.toEqual(draw(6n));
      native.manualSeed(5n);
      expect(valuesOf(rand([4], null))).toEqual(draw(5n));
    },
  },
  Storage: {
    schema: 'set_.source_Storage_storage_offset',
    check: (set) => {
      // A tensor stands for its storage.
      const x = tensor([2]);
      set(x, tensor([4]), 1, [3], [1]);
      expect(valuesOf(x)).toEqual([1, 2, 3]);
    },
  },
  Stream: {
    schema: 'record_stream',
    check: (record) => {
      // Only accelerators have streams: the CPU refuses the operator, not the argument.
      const stream: StreamRef = { id: 0n, deviceIndex: 0, deviceType: 0 };
      expect(() => record(tensor([1]), stream)).toThrow(/record_stream/);
      expect(() => record(tensor([1]), 'stream')).toThrow(/expected a stream/);
    },
  },
  'bool[4]': {
    schema: '_cudnn_rnn_backward',
    check: (backward) => {
      // The operators with such a mask are cuDNN's, MIOpen's and one for other accelerators: the
      // CPU refuses the operator, after its arguments were read.
      const call = (mask: unknown) => {
        const x = tensor([1]);
        const sizes = [2, 1, 1, 0, false, 0, true, false, []];
        return backward(x, [x], 4, x, x, null, x, null, null, null, ...sizes, null, x, mask);
      };
      expect(() => call([true, false, true, false])).toThrow(/_cudnn_rnn_backward/);
      expect(() => call([1, 2, 3, 4])).toThrow(/expected a boolean/);
    },
  },
};

describe('arguments of operators', () => {
  const types = new Map(native.operators().map((text) => [nameOf(text), argumentTypes(text)]));
  let tensors = 0;

  beforeEach(() => {
    tensors = native.liveTensors();
    native.scopeBegin();
  });

  afterEach(() => {
    native.scopeEnd([]);
    expect(native.liveTensors()).toBe(tensors);
  });

  it('are of the types exercised here', () => {
    const all = new Set([...types.values()].flat());
    const listed = [...Object.keys(exercises), ...Object.keys(impossibleTypes)];
    expect(listed.sort()).toEqual([...all].sort());
  });

  it.each(Object.entries(exercises))('%s', (type, { schema, check }) => {
    expectArgument(schema, type);
    check(operator(schema));
  });

  it.each(Object.entries(impossibleTypes))('%s cannot come from JavaScript', (type, { schema }) => {
    expectArgument(schema, type);
    expect(() => operator(schema)(...argumentsOf(schema, type))).toThrow(
      /a type that JavaScript cannot give/,
    );
  });

  function expectArgument(schema: string, type: string): void {
    expect(types.get(schema)).toContain(type);
  }

  /** Arguments of which only the one of `type` cannot be right. */
  function argumentsOf(schema: string, type: string): unknown[] {
    return (types.get(schema) ?? []).map((other) => {
      if (other === type) return type.endsWith('[]') ? [{}] : {};
      if (other === 'Tensor[]') return [tensor([1])];
      return other === 'Tensor' ? tensor([1]) : undefined;
    });
  }
});

/** 'add.Tensor', or 'cat' for an unnamed overload. */
function nameOf(schema: string): string {
  const { name, overload } = parseSchema(schema);
  return overload === '' ? name : `${name}.${overload}`;
}

function operator(schema: string): Call {
  const [name = '', overload = ''] = schema.split('.');
  return native.operator(`aten::${name}`, overload);
}
