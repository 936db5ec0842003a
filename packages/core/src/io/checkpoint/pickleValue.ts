import { Parameter } from '../../nn/parameter.js';
import { Tensor } from '../../tensor/tensor.js';
import { LONGEST_INTEGER, PickleName, type PickleWriter } from '../pickle/pickler.js';
import { MAX_DEPTH } from './depth.js';
import type { SavedStorages } from './savedStorages.js';

const names = {
  orderedDict: new PickleName('collections', 'OrderedDict'),
  set: new PickleName('__builtin__', 'set'),
  complex: new PickleName('__builtin__', 'complex'),
  encode: new PickleName('_codecs', 'encode'),
  typedTensor: new PickleName('torch._utils', '_rebuild_tensor_v2'),
  untypedTensor: new PickleName('torch._utils', '_rebuild_tensor_v3'),
  parameter: new PickleName('torch._utils', '_rebuild_parameter'),
};

/** Pushes values as Python's pickles have them, and notes the storages of their tensors. */
export class ValuePickler {
  readonly #writer: PickleWriter;
  readonly #storages: SavedStorages;

  constructor(writer: PickleWriter, storages: SavedStorages) {
    this.#writer = writer;
    this.#storages = storages;
  }

  /**
   * @param place where the value is, for messages: 'model.layers[0]'
   * @throws TypeError for what Python has no plain form for
   */
  value(value: unknown, place: string, depth = 0): void {
    const writer = this.#writer;
    if (value === null || value === undefined) writer.none();
    else if (typeof value === 'boolean') writer.boolean(value);
    else if (typeof value === 'bigint') this.#bigint(value, place);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') writer.text(value);
    else if (typeof value !== 'object') throw unsaveable(place, `a ${typeof value}`);
    else if (!writer.recall(value)) this.#object(value, place, depth);
  }

  #bigint(value: bigint, place: string): void {
    if (BigInt.asIntN(LONGEST_INTEGER, value) !== value) {
      throw unsaveable(place, `an integer of more than ${LONGEST_INTEGER} bits`);
    }
    this.#writer.integer(value);
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#writer.integer(value);
    else this.#writer.float(value);
  }

  /** Containers are remembered before their contents, which may refer to them. */
  #object(value: object, place: string, depth: number): void {
    if (depth > MAX_DEPTH) throw unsaveable(place, `nested deeper than ${MAX_DEPTH}`);
    const writer = this.#writer;
    if (value instanceof Tensor) {
      this.#tensor(value, place);
      writer.remember(value);
    } else if (Array.isArray(value)) {
      writer.emptyList();
      writer.remember(value);
      writer.append(() => {
        for (const [i, item] of value.entries()) this.value(item, `${place}[${i}]`, depth + 1);
      });
    } else if (value instanceof Map) this.#dictionary(value, value, place, depth);
    else if (value instanceof Set) this.#set(value, place, depth);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (isComplexNumber(value)) this.#complex(value);
    else if (isPlain(value)) this.#dictionary(value, Object.entries(value), place, depth);
    else {
      const { name } = value.constructor;
      const hint = 'stateDict' in value ? ': save its stateDict()' : '';
      throw unsaveable(place, `a ${name}${hint}`);
    }
  }

  #dictionary(
    key: object,
    entries: Iterable<readonly [unknown, unknown]>,
    place: string,
    depth: number,
  ): void {
    this.#writer.emptyDict();
    this.#writer.remember(key);
    this.#writer.setItems(() => {
      for (const [name, item] of entries) {
        const isHashable = typeof name !== 'object' || name === null;
        if (!isHashable) throw unsaveable(place, 'a dictionary with an object as a key');
        this.value(name, `a key of ${place}`, depth + 1);
        this.value(item, `${place}.${String(name)}`, depth + 1);
      }
    });
  }

  #set(value: ReadonlySet<unknown>, place: string, depth: number): void {
    this.#writer.call(names.set, () => this.value([...value], place, depth + 1));
    this.#writer.remember(value);
  }

  /** Protocol 2 has no bytes: they are written as text. */
  #bytes(value: Uint8Array): void {
    this.#writer.call(names.encode, () => {
      this.#writer.text(Buffer.from(value).toString('latin1'));
      this.#writer.text('latin1');
    });
    this.#writer.remember(value);
  }

  #complex({ re, im }: { re: number; im: number }): void {
    this.#writer.call(names.complex, () => {
      this.#writer.float(re);
      this.#writer.float(im);
    });
  }

  #tensor(tensor: Tensor, place: string): void {
    const { requiresGrad } = tensor;
    if (!(tensor instanceof Parameter)) {
      this.#plainTensor(tensor, requiresGrad, place);
      return;
    }
    this.#writer.call(names.parameter, () => {
      this.#plainTensor(tensor, false, place);
      this.#writer.boolean(requiresGrad);
      this.#writer.call(names.orderedDict, () => {});
    });
  }

  #plainTensor(tensor: Tensor, requiresGrad: boolean, place: string): void {
    if (tensor.layout !== 'strided' || tensor.device === 'meta') {
      const kind = tensor.device === 'meta' ? 'a tensor without data' : `a ${tensor.layout} tensor`;
      throw unsaveable(place, kind);
    }
    const writer = this.#writer;
    const { storage, described } = this.#storages.note(tensor);
    const isTyped = storage.typeName.module === 'torch' && storage.dtype === tensor.dtype;
    writer.call(isTyped ? names.typedTensor : names.untypedTensor, () => {
      writer.persistent(() => {
        writer.text('storage');
        writer.global(storage.typeName);
        writer.text(storage.key);
        writer.text(storage.location);
        writer.integer(storage.length);
      });
      writer.integer(described.offset);
      writer.tuple(() => described.size.forEach((length) => void writer.integer(length)));
      writer.tuple(() => described.stride.forEach((step) => void writer.integer(step)));
      writer.boolean(requiresGrad);
      writer.call(names.orderedDict, () => {});
      if (!isTyped) writer.global(dtypeName(tensor.dtype));
    });
  }
}

const dtypeNames = new Map<string, PickleName>();

function dtypeName(dtype: string): PickleName {
  let name = dtypeNames.get(dtype);
  if (name === undefined) {
    name = new PickleName('torch', dtype);
    dtypeNames.set(dtype, name);
  }
  return name;
}

function isComplexNumber(value: object): value is { re: number; im: number } {
  const { re, im, ...rest } = value as { re?: unknown; im?: unknown };
  return typeof re === 'number' && typeof im === 'number' && Object.keys(rest).length === 0;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unsaveable(place: string, what: string): TypeError {
  return new TypeError(`cannot save ${place}: it is ${what}`);
}
