// How a fit in a worker thread delays the server beside it:
// node server.js [--check] [--seconds N]. With --check it fails from 20 ms on.
import { availableParallelism, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { torch } from '@flambeau/core';
import { buildServer } from '@flambeau/example-server';
import { followFit, type Load, postJson, sendPredictions } from '../serverLoad.js';

const limit = 20;
const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
  },
});
const seconds = Number(values.seconds);

const threads = Math.max(1, torch.getNumThreads() - 1);
torch.setNumThreads(1);
const app = buildServer({ threads });
const url = await app.listen({ host: '127.0.0.1', port: 0 });
console.log(
  `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; ` +
    `fit with ${threads} thread${threads === 1 ? '' : 's'}, clients in the server's own thread`,
);

await postJson(`${url}/fits`, { epochs: 1, hours: 2000 });
await followFit(url);
await measure('without a fit', setTimeout((1000 * seconds) / 2));

await postJson(`${url}/fits`, { epochs: 1000, hours: 20_000, lr: 1e-3 });
const stop = setTimeout(1000 * seconds).then(() =>
  fetch(`${url}/fits/current`, { method: 'DELETE' }),
);
const { p99, load } = await measure('during a fit', stop);
await app.close();
const isGood = p99 < limit && load.problems.length === 0 && load.versions.length > 1;
if (values.check && !isGood) process.exitCode = 1;

/** Delays of the event loop while predictions are sent. */
async function measure(what: string, end: Promise<unknown>): Promise<{ p99: number; load: Load }> {
  const delays = monitorEventLoopDelay();
  delays.enable();
  const load = await sendPredictions(url, end);
  delays.disable();
  const at = (percentile: number) => delays.percentile(percentile) / 1e6;
  const [p50, p99] = [at(50), at(99)];
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(
    `${what}: event loop p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(delays.max / 1e6)}, ` +
      `sampled every 10 ms and that included; ` +
      `${load.sent} predictions, ${load.problems.length} lost, ` +
      `${load.versions.length} versions of the weights`,
  );
  return { p99, load };
}
