import { type DType, isDevice, isDType } from '../../tensor/dtype.js';
import { FileFormatError } from '../fileFormatError.js';
import { PickleCallable } from '../pickle/machine.js';
import { numpyCallables } from './numpyGlobals.js';
import { rebuildParameter, rebuildTensor } from './rebuild.js';
import { StorageType, TensorSpec } from './specs.js';
import { storageDtypes } from './storageTypes.js';

/**
 * A file asks for something of Python that could run code. Nothing of the file has been made.
 */
export class UnsafeGlobalError extends FileFormatError {
  override name = 'UnsafeGlobalError';

  /** @param global its full name in Python: 'os.system' */
  constructor(readonly global: string) {
    super(
      `the file asks for '${global}', which is refused: only tensors, numbers, texts and ` +
        'containers of them are loaded. Save a state_dict instead of a whole object.',
    );
  }
}

/** What PyTorch can save but we have no tensor for. */
const unsupported: Readonly<Record<string, string>> = {
  'torch._utils._rebuild_sparse_tensor': 'a sparse tensor',
  'torch._utils._rebuild_qtensor': 'a quantized tensor',
  'torch._utils._rebuild_nested_tensor': 'a nested tensor',
  'torch._utils._rebuild_wrapper_subclass': 'a tensor subclass',
  'torch._utils._rebuild_meta_tensor_no_storage': 'a tensor without data, on the meta device',
};

const callables: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  'collections.OrderedDict': ([pairs]) => new Map(pairs === undefined ? [] : pairsOf(pairs)),
  'collections.Counter': ([counts]) => (counts instanceof Map ? counts : new Map()),
  'builtins.set': ([items]) => new Set(listOf(items)),
  'builtins.frozenset': ([items]) => new Set(listOf(items)),
  'builtins.complex': ([re, im]) => ({ re: Number(re), im: Number(im) }),
  'builtins.bytes': () => new Uint8Array(0),
  'builtins.bytearray': ([text, encoding]) =>
    text === undefined ? new Uint8Array(0) : encode(text, encoding),
  '_codecs.encode': ([text, encoding]) => encode(text, encoding),
  'torch.Size': ([sizes]) => listOf(sizes),
  'torch.device': ([type, index]) => deviceOf(type, index),
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_tensor_v3': rebuildTensor,
  'torch._utils._rebuild_parameter': rebuildParameter,
  'torch._utils._rebuild_parameter_with_state': rebuildParameter,
  'torch._tensor._rebuild_from_type_v2': rebuildFromType,
  ...numpyCallables,
};

/** Classes that are only named, as an argument of others. */
const markers = new Set(['torch.Tensor', 'torch.nn.parameter.Parameter', 'numpy.ndarray']);

/** Names that Python 2 had. */
const renamedModules: Readonly<Record<string, string>> = { __builtin__: 'builtins' };

/**
 * What a global of a checkpoint stands for. All that is not listed here is refused.
 * @throws UnsafeGlobalError for anything else
 */
export function checkpointGlobal(module: string, name: string): unknown {
  const path = `${renamedModules[module] ?? module}.${name}`;
  const call = Object.hasOwn(callables, path) ? callables[path] : undefined;
  if (call !== undefined) return new PickleCallable(path, call);
  if (markers.has(path)) return path;
  if (module === 'torch' && isDType(name)) return name;
  if (Object.hasOwn(unsupported, path)) {
    throw new FileFormatError(`the file has ${unsupported[path]}, which cannot be loaded`);
  }
  const dtype = storageDtype(path);
  if (dtype !== undefined) return new StorageType(dtype);
  throw new UnsafeGlobalError(path);
}

/** An untyped storage has bytes, and each tensor on it says what they are. */
function storageDtype(path: string): DType | undefined {
  const kind = /^torch(?:\.cuda|\.storage)?\.(\w+)Storage$/.exec(path)?.[1];
  if (kind === 'Untyped') return 'uint8';
  return kind !== undefined && Object.hasOwn(storageDtypes, kind) ? storageDtypes[kind] : undefined;
}

/** A tensor that Python code has put attributes on, which are left out. */
function rebuildFromType([rebuild, , args]: readonly unknown[]): unknown {
  if (!(rebuild instanceof PickleCallable) || !Array.isArray(args)) {
    throw new FileFormatError('a tensor with attributes is not described as one');
  }
  const tensor = rebuild.call(args);
  if (tensor instanceof TensorSpec) return tensor;
  throw new FileFormatError(`'${rebuild.name}' makes no tensor, where one is expected`);
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value === undefined) return [];
  throw new FileFormatError('the pickle lacks a list where one is expected');
}

function pairsOf(value: unknown): [unknown, unknown][] {
  return listOf(value).map((pair) => {
    const [key, item] = listOf(pair);
    return [key, item];
  });
}

/** Bytes that pickles of protocol 2 write as text. */
function encode(text: unknown, encoding: unknown): Uint8Array {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) {
    throw new FileFormatError(`bytes must be text in latin1, got ${typeof text} in ${encoding}`);
  }
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function deviceOf(type: unknown, index: unknown): string {
  const device = index === undefined ? `${type}` : `${type}:${index}`;
  if (!isDevice(device)) throw new FileFormatError(`'${device}' is no device`);
  return device;
}
