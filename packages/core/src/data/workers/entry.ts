import { parentPort, workerData } from 'node:worker_threads';
import '../../setup.js';
import { setNumThreads } from '../../configuration.js';
import { manualSeed, useThreadGenerator } from '../../random.js';
import { discardPacked, packTensors, unpackTensors } from '../../tensor/transfer.js';
import { messageOfError } from '../../threads/errorMessage.js';
import { isIndexed } from '../dataset.js';
import { prepareAll } from '../preparedBatches.js';
import { ended, type Reader, type Recipe, readerOf } from '../reader.js';
import { setWorkerInfo } from './info.js';
import { makeInWorker } from './inWorkers.js';
import type { Order, Reply, WorkerMessage, WorkerStart } from './messages.js';

// What runs in the worker threads of a DataLoader.

/** What the loader's options become in a worker. */
type WorkerParts = Recipe<unknown> & { readonly workerInit: ((id: number) => void) | null };

const start = workerData as WorkerStart;

function post(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

try {
  useThreadGenerator();
  const parts = (await makeInWorker(unpackTensors(start.parts))) as WorkerParts;
  serve(parts);
  post('started');
} catch (error) {
  post({ startFailed: messageOfError(error) });
  process.exit();
}

function serve(parts: WorkerParts): void {
  const { id, numWorkers } = start;
  const { dataset } = parts;
  setNumThreads(1);
  setWorkerInfo({ id, numWorkers, seed: start.seed + BigInt(id), dataset });
  manualSeed(start.seed + BigInt(id));
  parts.workerInit?.(id);
  const prepares = isIndexed(dataset) && dataset.prepare !== undefined;
  let current: { readonly pass: number; readonly reader: Reader } | undefined;
  parentPort?.on('message', (order: Order) => {
    if (order === null) process.exit();
    const prepare = prepares ? () => prepareAll(dataset, order.task) : undefined;
    void answer(order, prepare, () => {
      if (current?.pass !== order.pass) {
        current?.reader.close();
        setWorkerInfo({ id, numWorkers, seed: order.seed + BigInt(id), dataset });
        current = { pass: order.pass, reader: readerOf(parts) };
      }
      return current.reader;
    });
  });
}

async function answer(
  { pass, slot, task, seed }: Order & object,
  prepare: (() => Promise<unknown[]>) | undefined,
  reader: () => Reader,
): Promise<void> {
  const reply = (outcome: Reply['outcome']) => post({ pass, slot, outcome });
  let batch: unknown;
  try {
    const isOver = () => Atomics.load(start.pass, 0) !== pass;
    const prepared = prepare === undefined || isOver() ? undefined : await prepare();
    if (isOver()) {
      reply({ kind: 'skipped' });
      return;
    }
    manualSeed((seed + BigInt(slot)) & 0xffff_ffff_ffff_ffffn);
    batch = reader().read(task, packTensors, prepared);
    reply(batch === ended ? { kind: 'ended' } : { kind: 'batch', batch });
  } catch (error) {
    // Where the batch was read, but has parts that cannot be sent.
    discardPacked(batch);
    reply({ kind: 'failed', error: messageOfError(error) });
  }
}
