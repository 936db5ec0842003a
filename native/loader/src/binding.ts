/**
 * What the C++ addon offers to TypeScript. Everything crosses as plain values: a tensor is a
 * number, its handle. Nothing here is public; `@flambeau/core` wraps it.
 *
 * Wire forms, by schema type:
 *
 * | schema                        | from JavaScript                                     | to JavaScript |
 * | ----------------------------- | --------------------------------------------------- | ------------- |
 * | Tensor, Tensor?               | Handle, null                                        | Handle, null  |
 * | Tensor[], Tensor?[]           | array of Handle or null                             | array         |
 * | Scalar                        | number, bigint, boolean, ComplexValue               | the same      |
 * | int, SymInt                   | number (a whole one), bigint                        | number, or bigint beyond 2^53 |
 * | int[], SymInt[], int[2]       | array of whole numbers or bigints; one where sized  | array         |
 * | float, float[]                | number(s)                                           | number(s)     |
 * | bool, bool[3]                 | boolean(s)                                          | boolean(s)    |
 * | str, Dimname                  | string                                              | string        |
 * | ScalarType, Layout, MemoryFormat | the code in `codes.ts`                           | the code      |
 * | Device                        | string, 'cpu', 'cuda:1'                             | string        |
 * | Generator                     | GeneratorRef                                        | -             |
 * | Stream                        | StreamRef                                           | StreamRef     |
 * | Storage                       | Handle of a tensor, whose storage is meant          | -             |
 *
 * A number that is whole becomes an integer Scalar, any other a floating one.
 * `undefined` stands for the schema's default.
 */

/** Index and generation of a slot in the environment's tensor table. Never 0. */
export type Handle = number;

export interface ComplexValue {
  readonly re: number;
  readonly im: number;
}

declare const generatorBrand: unique symbol;
/** An opaque native random generator. */
export interface GeneratorRef {
  readonly [generatorBrand]: true;
}

declare const scriptBrand: unique symbol;
/** An opaque TorchScript module. */
export interface ScriptRef {
  readonly [scriptBrand]: true;
}

/** A value of TorchScript: nested, so that tensors and dictionaries are marked as such. */
export type ScriptValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | ComplexValue
  | { readonly tensor: Handle }
  | { readonly entries: readonly (readonly [ScriptValue, ScriptValue])[] }
  | readonly ScriptValue[];

/** One module, without those below it. */
export interface ScriptDescription {
  /** The class in Python. */
  readonly name: string;
  /** The schemas of the methods by name. */
  readonly methods: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Handle>>;
  /** Names of the other tensors. */
  readonly buffers: readonly string[];
  readonly children: Readonly<Record<string, ScriptRef>>;
}

export interface StreamRef {
  readonly id: bigint;
  readonly deviceIndex: number;
  readonly deviceType: number;
}

/**
 * One ATen overload. Takes its arguments in schema order. Gives nothing when the schema returns
 * nothing, the value when it returns one, an array when it returns several. A return that only
 * aliases a written argument (`Tensor(a!)`) comes back as undefined.
 */
export type NativeFunction = (...args: readonly unknown[]) => unknown;

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** One element of an index list, as in `x[...]`. */
export type IndexItem =
  | { readonly kind: 'int'; readonly value: number }
  | {
      readonly kind: 'slice';
      readonly start: number | null;
      readonly stop: number | null;
      readonly step: number | null;
    }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'newAxis' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'tensor'; readonly handle: Handle };

export interface MemoryStats {
  /** Bytes handed out to live CPU storages. */
  readonly allocated: number;
  /** Bytes the allocator holds, in use or cached. */
  readonly reserved: number;
  readonly peakAllocated: number;
  readonly allocations: number;
  readonly cacheHits: number;
  /** Largest number of bytes that may be allocated, or Infinity. */
  readonly limit: number;
}

export interface DeviceMemoryStats {
  readonly allocated: number;
  readonly reserved: number;
  readonly peakAllocated: number;
  readonly peakReserved: number;
}

export interface AutocastState {
  readonly enabled: boolean;
  /** The code of the dtype to cast to. */
  readonly dtype: number;
  /** Of all devices: keep a weight's cast until the outermost autocast ends. */
  readonly cacheEnabled: boolean;
}

/** What the addon knows about a failure; core turns it into an error class. */
export interface NativeFailure {
  /**
   * 'disposed' | 'invalidHandle' | 'index' | 'value' | 'type' | 'dtype' | 'shape' | 'device' |
   * 'notImplemented' | 'linalg' | 'outOfMemory' | 'bufferDetached' | 'torch' | 'std'
   */
  readonly code: string;
  /** libtorch's first line, without a C++ backtrace. */
  readonly message: string;
  /** The schema of the failing operator, when one was called. */
  readonly schema?: string;
  /** The arguments as text, 'float32[2, 3]', one an argument. */
  readonly args?: readonly string[];
}

export interface NativeBinding {
  readonly libtorchVersion: string;
  /** Called with each failure; returns the Error to throw. */
  setErrorFactory(factory: (failure: NativeFailure) => Error): void;
  /** Called by anomaly mode for each recorded operation; returns the stack to print. */
  setStackTracer(tracer: () => string): void;

  // --- operators
  /** Schemas of every overload in the dispatcher's `aten` namespace. */
  operators(): string[];
  /**
   * The function of one overload; '' is the unnamed overload. Throws when there is none.
   * 'Number' is the overload 'Tensor' with a Scalar for its second tensor, which it becomes:
   * a tensor without dimensions whose dtype yields to the other one's.
   */
  operator(name: string, overload: string): NativeFunction;

  // --- handles and scopes
  /** Frees the tensor when `owner` is collected. For tensors that no scope owns. */
  track(owner: object, handle: Handle): void;
  /** False when it was freed before. */
  dispose(handle: Handle): boolean;
  isAlive(handle: Handle): boolean;
  /** A second, independent handle to the same tensor. */
  alias(handle: Handle): Handle;
  /** True when both stand for the same TensorImpl. */
  isSame(a: Handle, b: Handle): boolean;
  scopeBegin(): void;
  /** Frees all that the innermost scope owns but `keep`, which passes to the scope outside it. */
  scopeEnd(keep: readonly Handle[]): void;
  /** Takes a tensor out of every scope; the caller tracks it. */
  detachFromScopes(handle: Handle): void;
  /** Tensors alive in this environment. */
  liveTensors(): number;
  /** Tensors alive in every environment of the process, and in transit between them. */
  processLiveTensors(): number;
  /** Passes a tensor to another environment: the token is claimed there once. */
  exportTensor(handle: Handle): bigint;
  importTensor(token: bigint): Handle;

  // --- data
  /**
   * A tensor over `data`. With `copy` false it shares the memory and keeps the buffer alive.
   * `data.byteLength` must fit shape and dtype.
   */
  fromTypedArray(data: TypedArray, dtype: number, shape: readonly number[], copy: boolean): Handle;
  item(handle: Handle): number | bigint | boolean | ComplexValue;
  /** All elements in row-major order, as bytes of the tensor's dtype. */
  toArrayBuffer(handle: Handle): ArrayBuffer;
  /** The same, copied off the JavaScript thread. */
  toArrayBufferAsync(handle: Handle): Promise<ArrayBuffer>;

  // --- properties
  shape(handle: Handle): number[];
  strides(handle: Handle): number[];
  storageOffset(handle: Handle): number;
  /** Address of the first element. Equal for tensors that share it. */
  dataPtr(handle: Handle): bigint;
  storageBytes(handle: Handle): number;
  dtype(handle: Handle): number;
  device(handle: Handle): string;
  layout(handle: Handle): number;
  requiresGrad(handle: Handle): boolean;
  setRequiresGrad(handle: Handle, value: boolean): void;
  isLeaf(handle: Handle): boolean;
  /** 'AddBackward0', or null for a tensor without history. */
  gradFnName(handle: Handle): string | null;
  grad(handle: Handle): Handle | null;
  setGrad(handle: Handle, grad: Handle | null): void;
  retainGrad(handle: Handle): void;
  retainsGrad(handle: Handle): boolean;
  /** In-place changes so far. */
  version(handle: Handle): number;
  /** `handle.data = other`: swaps the contents, keeps history and identity. */
  setData(handle: Handle, other: Handle): void;

  // --- indexing
  index(handle: Handle, items: readonly IndexItem[]): Handle;
  indexPut(handle: Handle, items: readonly IndexItem[], value: Handle): void;

  // --- autograd
  backward(
    outputs: readonly Handle[],
    gradOutputs: readonly (Handle | null)[],
    retainGraph: boolean,
    createGraph: boolean,
    inputs: readonly Handle[] | null,
  ): void;
  gradients(
    outputs: readonly Handle[],
    inputs: readonly Handle[],
    gradOutputs: readonly (Handle | null)[],
    retainGraph: boolean,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Handle | null)[];
  isGradEnabled(): boolean;
  setGradEnabled(enabled: boolean): void;
  inferenceModeBegin(): void;
  inferenceModeEnd(): void;
  isInferenceMode(): boolean;
  setAnomalyMode(enabled: boolean, checkNan: boolean): void;
  isAnomalyEnabled(): boolean;
  /** Runs on the gradient of a tensor; a returned handle replaces it. */
  registerHook(handle: Handle, hook: (grad: Handle) => Handle | undefined): number;
  removeHook(handle: Handle, id: number): void;
  /** Runs after the gradient of a leaf was accumulated. */
  registerPostAccumulateGradHook(handle: Handle, hook: () => void): number;
  removePostAccumulateGradHook(handle: Handle, id: number): void;
  /**
   * Ties `outputs`, computed without recording, to `inputs` by a node that calls `backward`.
   * `saved` are kept by the node with version checks, and handed to `backward`. An input that is
   * returned as it is must come among the outputs under a handle of its own (`alias`); afterwards
   * every output handle stands for the tensor with history.
   */
  customFunction(
    name: string,
    inputs: readonly (Handle | null)[],
    outputs: readonly Handle[],
    options: {
      readonly saved: readonly (Handle | null)[];
      readonly dirty: readonly Handle[];
      readonly nonDifferentiable: readonly Handle[];
      readonly materializeGrads: boolean;
    },
    backward: (
      grads: (Handle | null)[],
      saved: (Handle | null)[],
    ) => readonly (Handle | null | undefined)[],
  ): void;

  // --- autocast, whose state belongs to the thread; devices count by their type alone
  isAutocastAvailable(device: string): boolean;
  /** The three below throw where autocast is not available. */
  autocastState(device: string): AutocastState;
  autocastBegin(device: string, state: AutocastState): void;
  /** `state` is the one before the begin. The end of the outermost one forgets the casts. */
  autocastEnd(device: string, state: AutocastState): void;
  clearAutocastCache(): void;

  // --- random
  /** Seeds the default generators of all devices; a thread with its own, only that. */
  manualSeed(seed: bigint): void;
  initialSeed(): bigint;
  defaultGenerator(device: string): GeneratorRef;
  /** From now on this thread has a default generator of its own for the CPU. */
  useThreadGenerator(): void;
  createGenerator(device: string): GeneratorRef;
  generatorSeed(generator: GeneratorRef): bigint;
  generatorManualSeed(generator: GeneratorRef, seed: bigint): void;
  /** A uint8 tensor. */
  generatorState(generator: GeneratorRef): Handle;
  generatorSetState(generator: GeneratorRef, state: Handle): void;
  generatorDevice(generator: GeneratorRef): string;

  // --- configuration
  defaultDtype(): number;
  setDefaultDtype(dtype: number): void;
  numThreads(): number;
  setNumThreads(count: number): void;
  /** Makes libtorch warn or throw where an operator has no deterministic form. */
  setDeterministicAlgorithms(enabled: boolean, warnOnly: boolean): void;

  // --- CPU memory
  memoryStats(): MemoryStats;
  setMemoryLimit(bytes: number): void;
  /** Most bytes that freed blocks may keep. */
  setCacheLimit(bytes: number): void;
  emptyCache(): void;
  resetPeakMemoryStats(): void;

  // --- CUDA; all but the first two throw without one
  cudaIsAvailable(): boolean;
  cudaDeviceCount(): number;
  cudaSynchronize(device: number): void;
  cudaMemoryStats(device: number): DeviceMemoryStats;
  cudaEmptyCache(): void;
  cudaResetPeakMemoryStats(device: number): void;
  cudaCurrentStream(device: number): StreamRef;
  cudaNewStream(device: number, highPriority: boolean): StreamRef;
  /** Makes it the current stream; gives the one before. */
  cudaSetStream(stream: StreamRef): StreamRef;
  cudaSynchronizeStream(stream: StreamRef): void;
  cudaQueryStream(stream: StreamRef): boolean;

  // --- TorchScript
  /** `device`: where its tensors go; null for where they were. */
  scriptLoad(path: string, device: string | null): ScriptRef;
  scriptSave(module: ScriptRef, path: string): void;
  /** With tensors of its own. */
  scriptCopy(module: ScriptRef): ScriptRef;
  /** Frees it; what belongs to the module it is a part of stays alive with that. */
  scriptDispose(module: ScriptRef): void;
  scriptDescribe(module: ScriptRef): ScriptDescription;
  /** The tensor that is now in this attribute. */
  scriptTensor(module: ScriptRef, name: string): Handle;
  scriptSetTensor(module: ScriptRef, name: string, handle: Handle): void;
  scriptIsTraining(module: ScriptRef): boolean;
  /** Of this module alone. */
  scriptSetTraining(module: ScriptRef, training: boolean): void;
  /** Calls a method with converted arguments, missing ones by their defaults. */
  scriptRun(
    module: ScriptRef,
    method: string,
    args: readonly (ScriptValue | undefined)[],
  ): ScriptValue;
}
