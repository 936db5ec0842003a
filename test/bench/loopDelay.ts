import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

/** How late a timer is, in milliseconds. */
export interface LoopDelays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /**
   * The 99th percentile without the time in which the thread was ready to run and other threads
   * had the processors; null where the system does not tell it.
   */
  readonly ownP99: number | null;
}

/** Where Linux tells how long this process's main thread ran, and waited for a processor. */
const schedulerFile = '/proc/self/schedstat';
/** From one sample to the next, in milliseconds. */
const interval = 10;

/** Measures the delays of this event loop while `work` runs. */
export async function measureDelays<T>(work: () => Promise<T>): Promise<[LoopDelays, T]> {
  const delays = monitorEventLoopDelay({ resolution: interval });
  const own: number[] = [];
  let isOver = false;
  const sampling = existsSync(schedulerFile) ? sample(own, () => isOver) : undefined;
  delays.enable();
  const result = await work();
  delays.disable();
  isOver = true;
  await sampling;
  // What is recorded is the time from one call of a timer to the next.
  const late = (ns: number) => Math.max(0, ns / 1e6 - interval);
  const at = (percentile: number) => late(delays.percentile(percentile));
  const ownP99 = own.sort((a, b) => a - b)[Math.floor(0.99 * own.length)] ?? null;
  return [{ p50: at(50), p99: at(99), max: late(delays.max), ownP99 }, result];
}

async function sample(into: number[], isOver: () => boolean): Promise<void> {
  const file = openSync(schedulerFile, 'r');
  while (!isOver()) {
    const begin = performance.now();
    const waited = waitedForProcessor(file);
    await setTimeout(interval);
    const passed = performance.now() - begin - (waitedForProcessor(file) - waited);
    into.push(Math.max(0, passed - interval));
  }
  closeSync(file);
}

/** In milliseconds. */
function waitedForProcessor(file: number): number {
  const buffer = Buffer.alloc(64);
  const length = readSync(file, buffer, 0, buffer.length, 0);
  return Number(buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6;
}
