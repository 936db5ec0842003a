/** An error as it crosses between threads. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export function messageOfError(thrown: unknown): ErrorMessage {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: String(thrown), stack: String(thrown) };
  }
  const { name, message, stack } = thrown;
  return { name, message, stack: stack ?? `${name}: ${message}` };
}

/** The error of another thread, with its name and stack there. */
export function errorOfMessage({ name, message, stack }: ErrorMessage): Error {
  return Object.assign(new Error(message), { name, stack });
}

/** Adds the stack of the worker thread in which the cause was thrown. */
export function withWorkerStack<E extends Error>(error: E, { stack }: ErrorMessage): E {
  error.stack = `${error.stack}\nin the worker: ${stack}`;
  return error;
}
