/** What registering a hook gives: `remove()` takes it away, and so does the end of a `using`. */
export class RemovableHandle {
  #remove: (() => void) | undefined;

  constructor(remove: () => void) {
    this.#remove = remove;
  }

  /** Takes the hook away. Does nothing the second time. */
  remove(): void {
    const remove = this.#remove;
    this.#remove = undefined;
    remove?.();
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
