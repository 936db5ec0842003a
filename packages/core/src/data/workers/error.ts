/** An error as it crosses between threads. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What went wrong in a worker of a `DataLoader`. Its stack includes the worker's. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  /** Which worker, from 0 up. */
  readonly worker: number;

  constructor(worker: number, message: string, options?: ErrorOptions) {
    super(`DataLoader worker ${worker}: ${message}`, options);
    this.worker = worker;
  }
}

export function messageOfError(thrown: unknown): ErrorMessage {
  if (!(thrown instanceof Error)) {
    return { name: 'Error', message: String(thrown), stack: String(thrown) };
  }
  const { name, message, stack } = thrown;
  return { name, message, stack: stack ?? `${name}: ${message}` };
}

/** The error of a worker; its `cause` is what was thrown there. */
export function workerError(worker: number, { name, message, stack }: ErrorMessage): WorkerError {
  const cause = Object.assign(new Error(message), { name, stack });
  const error = new WorkerError(worker, `${name}: ${message}`, { cause });
  error.stack = `${error.stack}\nin the worker: ${stack}`;
  return error;
}
