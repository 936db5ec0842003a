import { getPriority, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import '../../setup.js';
import { setNumThreads } from '../../configuration.js';
import { makeInWorker } from '../../data/workers/inWorkers.js';
import { useThreadGenerator } from '../../random.js';
import { discardPacked, packTensors, unpackTensors } from '../../tensor/transfer.js';
import { errorOfMessage, messageOfError } from '../../threads/errorMessage.js';
import { ProgressCallback } from '../progress/index.js';
import type { FitContext } from './fitContext.js';
import type { FitAbort, FitMessage, FitParts, FitStart } from './messages.js';

// What runs in the worker thread of fitInWorker.

const start = workerData as FitStart;
const port = parentPort as MessagePort;
const controller = new AbortController();

giveWay(start.nice);
setNumThreads(start.threads);
useThreadGenerator();
post({ kind: 'started' });
port.on('message', ({ abort }: FitAbort) => controller.abort(errorOfMessage(abort)));
// A fit that waits for nothing any more has ended.
port.unref();
try {
  send('result', await fit());
} catch (error) {
  post({ kind: 'failed', error: messageOfError(error) });
}
await Promise.all([process.stdout, process.stderr].map(written));
process.exit();

async function fit(): Promise<unknown> {
  const { fit: run, args } = (await makeInWorker(unpackTensors(start.parts))) as FitParts;
  if (typeof run !== 'function') throw new TypeError('the export to be called is no function');
  const context: FitContext = {
    args,
    signal: controller.signal,
    progress: (learn) => new ProgressCallback(learn, (event) => post({ kind: 'progress', event })),
    publish: (value) => send('published', value),
  };
  controller.signal.throwIfAborted();
  return run(context);
}

/** To the other threads of the process. Those that this one begins later inherit it. */
function giveWay(nice: number): void {
  // Elsewhere a priority is that of the whole process.
  if (process.platform !== 'linux') return;
  setPriority(0, Math.min(19, getPriority(0) + nice));
}

function post(message: FitMessage): void {
  port.postMessage(message);
}

function send(kind: 'published' | 'result', value: unknown): void {
  const packed = packTensors(value);
  try {
    post({ kind, value: packed });
  } catch (error) {
    discardPacked(packed);
    throw error;
  }
}

/** Waits until the other threads have got what was written. */
function written(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
