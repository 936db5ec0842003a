import { native } from '@flambeau/native';

/** Knows which overloads of the dispatcher are called. Made before the first operator is used. */
export class OverloadRecorder {
  readonly #called = new Set<string>();

  constructor() {
    const operator = native.operator.bind(native);
    native.operator = (name, overload) => {
      const call = operator(name, overload);
      const key = name.replace('aten::', '') + (overload === '' ? '' : `.${overload}`);
      return (...args) => {
        this.#called.add(key);
        return call(...args);
      };
    };
  }

  /** Forgets the calls so far, and gives them. */
  take(): string[] {
    const called = [...this.#called];
    this.#called.clear();
    return called;
  }
}
