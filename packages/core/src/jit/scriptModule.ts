import { native, type ScriptRef } from '@flambeau/native';
import { replaceFile } from '../io/atomicFile.js';
import { blankCopy } from '../nn/deepCopy.js';
import { Module } from '../nn/module.js';
import { Parameter } from '../nn/parameter.js';
import { keep, tidy, wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { decode, encode } from './values.js';

/**
 * A model that Python has compiled with `torch.jit.script` or `torch.jit.trace`, and that runs
 * without Python. It is made by `torch.jit.load`.
 *
 * Its parameters, buffers and submodules are fields under their names in Python, so that it can be
 * trained, moved, cast, saved and put into other modules like any other. A submodule can be called
 * by itself where Python kept its `forward`.
 *
 * @typeParam In the tuple of what {@link call} takes: tensors, numbers, texts, booleans, null, and
 *   arrays, Maps and plain objects of them, as the method's {@link methods schema} wants them
 * @typeParam Out what it gives. Tuples and lists are arrays; a dictionary is a plain object where
 *   all keys are texts, else a Map. It is not checked.
 */
export class ScriptModule<
  In extends readonly unknown[] = [input: Tensor],
  Out = Tensor,
> extends Module<In, Out> {
  readonly #ref: ScriptRef;
  readonly #children: readonly ScriptModule<readonly unknown[], unknown>[];
  readonly #buffers = new Map<string, Tensor>();
  #isDisposed = false;
  /** The name of the class in Python. */
  readonly #originalName: string;
  readonly #methods: Readonly<Record<string, string>>;

  /** @internal Use `torch.jit.load`. */
  constructor(ref: ScriptRef, shared: SharedParameters = new SharedParameters()) {
    super();
    this.#ref = ref;
    const { name, methods, parameters, buffers, children } = native.scriptDescribe(ref);
    this.#originalName = name;
    this.#methods = methods;
    Object.defineProperty(this, 'training', {
      enumerable: false,
      get: () => native.scriptIsTraining(ref),
      set: (mode: boolean) => native.scriptSetTraining(ref, mode),
    });
    for (const [field, handle] of Object.entries(parameters)) {
      const parameter = shared.get(wrap(handle));
      native.scriptSetTensor(ref, field, parameter.handle);
      this.#expose(field, () => parameter);
    }
    for (const field of buffers) this.#expose(field, () => this.#buffer(field));
    this.#children = Object.entries(children).map(([field, child]) => {
      const module = new ScriptModule<readonly unknown[], unknown>(child, shared);
      this.#expose(field, () => module);
      return module;
    });
  }

  /** Fields are read-only: what is in the script's own slots counts. */
  #expose(field: string, get: () => unknown): void {
    if (field in this) {
      throw new TypeError(`the script has a part '${field}', which every module has as its own`);
    }
    Object.defineProperty(this, field, { enumerable: true, get });
  }

  /** A script may put another tensor into a buffer's place. */
  #buffer(name: string): Tensor {
    const known = this.#buffers.get(name);
    const current = wrap(native.scriptTensor(this.#ref, name));
    if (known !== undefined && !known.isDisposed && native.isSame(known.handle, current.handle)) {
      current.dispose();
      return known;
    }
    this.#buffers.set(name, known === undefined ? current : keep(current));
    return current;
  }

  /** The schemas of its methods by name: `forward(__torch__.Net self, Tensor x) -> Tensor`. */
  get methods(): Readonly<Record<string, string>> {
    return this.#methods;
  }

  protected override forward(...inputs: In): Out {
    return this.run('forward', ...inputs) as Out;
  }

  /**
   * Calls a method that was exported from Python, without hooks. Trailing arguments with defaults
   * may be left out.
   * @throws TypeError for arguments that do not fit its schema
   * @throws TorchError when there is no such method, or the script fails; the message says where
   */
  run(method: string, ...args: readonly unknown[]): unknown {
    return tidy(() => decode(native.scriptRun(this.#ref, method, args.map(encode))));
  }

  /** Writes a file that Python reads with `torch.jit.load`, replaced at once or not at all. */
  save(path: string): void {
    replaceFile(path, (temporary) => native.scriptSave(this.#ref, temporary));
  }

  override [blankCopy](): this {
    return new ScriptModule<In, Out>(native.scriptCopy(this.#ref)) as this;
  }

  protected override extraRepr(): string {
    return `original_name=${this.#originalName}`;
  }

  /** Frees it and all below it. */
  override dispose(): void {
    if (this.#isDisposed) return;
    super.dispose();
    this.#release();
  }

  #release(): void {
    this.#isDisposed = true;
    native.scriptDispose(this.#ref);
    for (const child of this.#children) child.#release();
  }
}

/** The parameters of a script, of which one tensor that is used twice is one. */
class SharedParameters {
  readonly #known = new Map<bigint, { original: Tensor; parameter: Parameter }[]>();

  /** A parameter in the place of the script's own tensor, which it shares memory with. */
  get(original: Tensor): Parameter {
    const address = native.dataPtr(original.handle);
    const candidates = this.#known.get(address) ?? [];
    this.#known.set(address, candidates);
    const found = candidates.find((known) => native.isSame(known.original.handle, original.handle));
    if (found !== undefined) return found.parameter;
    const parameter = new Parameter(original, original.requiresGrad);
    candidates.push({ original, parameter });
    return parameter;
  }
}
