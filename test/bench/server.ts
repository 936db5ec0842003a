// How a fit in a worker thread delays the server beside it:
// npm run bench:server -- [--check] [--seconds N]. With --check it fails from 20 ms on.
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { torch } from '@flambeau/core';
import { buildServer } from '@flambeau/example-server';
import { followFit, type Load, postJson, sendPredictions } from '../serverLoad.js';
import { type LoopDelays, measureDelays } from './loopDelay.js';

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
  `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; a fit has ${threads} ` +
    "thread(s); the clients run in the server's own",
);

await postJson(`${url}/fits`, { epochs: 1, hours: 2000 });
await followFit(url);
await measure('without a fit', () => setTimeout((1000 * seconds) / 2));

await postJson(`${url}/fits`, { epochs: 200, hours: 30_000, lr: 1e-3 });
const [delays, load] = await measure('during a fit', async () => {
  await setTimeout(1000 * seconds);
  await fetch(`${url}/fits/current`, { method: 'DELETE' });
});
await app.close();
const isGood = delays.p99 < limit && load.problems.length === 0 && load.versions.length > 1;
if (values.check && !isGood) process.exitCode = 1;

/** Delays of the event loop while predictions are sent. */
async function measure(what: string, work: () => Promise<void>): Promise<[LoopDelays, Load]> {
  const measured = await measureDelays(() => sendPredictions(url, work()));
  const [{ p50, p99, max, ownP99 }, { sent, problems, versions }] = measured;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const own = ownP99 === null ? '' : ` (${ms(ownP99)} without waiting for a processor)`;
  console.log(
    `${what}: event loop p50 ${ms(p50)}, p99 ${ms(p99)}${own}, max ${ms(max)}; ` +
      `${sent} predictions, ${problems.length} lost, ${versions.length} version(s) of the weights`,
  );
  return measured;
}
