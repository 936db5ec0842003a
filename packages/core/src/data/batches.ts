/**
 * One pass over batches, each taken in two steps, so that a consumer may wait for a batch outside
 * its scope and have the tensors inside:
 *
 * ```ts
 * const batches = source.batches();
 * try {
 *   while (await batches.ready()) tidy(() => train(batches.take()));
 * } finally {
 *   await batches.close();
 * }
 * ```
 */
export interface BatchIterator<Batch> {
  /** Is there a next batch? A promise where it must be waited for; rejected when it failed. */
  ready(): boolean | Promise<boolean>;
  /**
   * The next batch, after `ready()` has said that there is one. Its tensors are made here, in the
   * caller's scope.
   */
  take(): Batch;
  /** Stops early and frees what was fetched ahead. Does nothing the second time. */
  close(): void | Promise<void>;
}

/** Where batches come from, epoch after epoch: a `DataLoader`, for instance. */
export interface BatchSource<Batch> {
  /** Batches in one pass. */
  readonly length: number;
  /** Begins a pass. */
  batches(): BatchIterator<Batch>;
}
