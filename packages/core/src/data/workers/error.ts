import { type ErrorMessage, errorOfMessage, withWorkerStack } from '../../threads/errorMessage.js';

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

/** The error of a worker; its `cause` is what was thrown there. */
export function workerError(worker: number, thrown: ErrorMessage): WorkerError {
  const cause = errorOfMessage(thrown);
  const error = new WorkerError(worker, `${thrown.name}: ${thrown.message}`, { cause });
  return withWorkerStack(error, thrown);
}
