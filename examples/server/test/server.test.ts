import { once } from 'node:events';
import { memory } from '@flambeau/core';
import {
  buildServer,
  type FitReport,
  type ServerOptions,
  type Version,
} from '@flambeau/example-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureDelays } from '../../../test/bench/loopDelay.js';
import { followFit, postJson, sendPredictions } from '../../../test/serverLoad.js';

const threads = 1;
const monday = { weekday: 0, hour: 8, temperature: 20, holiday: false };
let app: ReturnType<typeof buildServer>;
let url: string;
let tensors: number;

async function start(options: ServerOptions = {}): Promise<void> {
  app = buildServer({ threads, ...options });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}

beforeEach(() => {
  tensors = memory.processLiveTensors();
});

afterEach(async () => {
  await app.close();
  expect(memory.processLiveTensors()).toBe(tensors);
});

const startFit = (body: object) => postJson(`${url}/fits`, body);

async function wholeFit(body: object): Promise<FitReport> {
  expect((await startFit(body)).status).toBe(202);
  return (await followFit(url)).at(-1) as FitReport;
}

async function current(): Promise<FitReport> {
  return (await (await fetch(`${url}/fits/current`)).json()) as FitReport;
}

async function predict() {
  const response = await postJson(`${url}/predict`, { rows: [monday] });
  const answer = (await response.json()) as { predictions: number[]; version: Version };
  return { status: response.status, ...answer };
}

describe('during a fit', () => {
  it('every request is answered, from newer and newer weights', async () => {
    await start();
    expect(await wholeFit({ epochs: 1, hours: 1000 })).toMatchObject({ state: 'done' });
    const served = memory.processLiveTensors();
    const first = await predict();

    const epochs = 6;
    expect((await startFit({ epochs, hours: 20_000 })).status).toBe(202);
    const following = followFit(url);
    const [delays, load] = await measureDelays(() => sendPredictions(url, following));
    console.log('delay of the event loop, in milliseconds:', delays);
    const { sent, problems, versions } = load;
    expect(problems).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    const steps = versions.map(({ fit, epoch }) => [fit, epoch]);
    expect(steps[0]).toEqual([1, 0]);
    const expected = Array.from({ length: epochs }, (_, epoch) => [2, epoch]);
    expect(expected).toEqual(expect.arrayContaining(steps.slice(1)));
    expect(steps.slice(1)).toEqual(steps.slice(1).toSorted(([, a = 0], [, b = 0]) => a - b));
    expect(steps.length).toBeGreaterThan(3);

    const reports = await following;
    expect(reports[0]).toMatchObject({ id: 2, state: 'running', epochs: [] });
    expect(reports.some(({ batch }) => batch !== null)).toBe(true);
    const last = reports.at(-1) as FitReport;
    expect(last).toMatchObject({ state: 'done', error: null });
    expect(last.epochs.map(({ epoch }) => epoch)).toEqual(expected.map(([, epoch]) => epoch));
    expect(await current()).toEqual(last);
    const after = await predict();
    expect(after.version).toMatchObject({ fit: 2, epoch: epochs - 1 });
    expect(after.predictions).not.toEqual(first.predictions);
    // Many people ride to work on a warm Monday.
    expect(after.predictions[0]).toBeGreaterThan(150);
    expect(memory.processLiveTensors()).toBe(served);
  });

  it('an abort leaves the last good weights, and room for the next fit', async () => {
    await start();
    await startFit({ epochs: 200, hours: 20_000 });
    expect((await startFit({})).status).toBe(409);
    while ((await current()).epochs.length < 2) await predict();
    const response = await fetch(`${url}/fits/current`, { method: 'DELETE' });
    const aborted = (await response.json()) as FitReport;
    expect(aborted).toMatchObject({ id: 1, state: 'aborted', error: null });
    const { status, predictions, version } = await predict();
    expect([status, Number.isFinite(predictions[0])]).toEqual([200, true]);
    expect(version.epoch).toBe(aborted.epochs.length - 1);
    expect((await fetch(`${url}/fits/current`, { method: 'DELETE' })).status).toBe(409);
    expect(await wholeFit({ epochs: 1, hours: 400 })).toMatchObject({ id: 2, state: 'done' });
  });

  it('the server can be closed, also where its events are followed or were', async () => {
    await start();
    await startFit({ epochs: 200, hours: 20_000 });
    const leaving = new AbortController();
    const headers = { accept: 'text/event-stream' };
    const left = await fetch(`${url}/fits/current`, { headers, signal: leaving.signal });
    expect(left.headers.get('content-type')).toBe('text/event-stream');
    leaving.abort();
    const following = followFit(url);
    while ((await current()).batch === null);
    const closed = once(app.server, 'close');
    await app.close();
    await closed;
    expect((await following).at(-1)).toMatchObject({ state: 'aborted' });
  });
});

describe('trouble', () => {
  it('in the worker is reported, and the server goes on', async () => {
    await start({ module: new URL('./failing.mjs', import.meta.url) });
    const { state, error } = await wholeFit({});
    expect(state).toBe('failed');
    expect(error).toContain('RangeError: no such rentals');
    expect(await wholeFit({})).toMatchObject({ id: 2, state: 'failed' });
    expect((await predict()).status).toBe(503);
  });

  it('with requests is answered', async () => {
    await start();
    expect((await fetch(`${url}/fits/current`)).status).toBe(404);
    const refused = async (path: string, body: unknown) => {
      const response = await postJson(url + path, body);
      expect(response.status).toBe(400);
      return ((await response.json()) as { message: string }).message;
    };
    expect(await refused('/predict', { rows: [] })).toContain('fewer than 1');
    const { holiday: _, ...incomplete } = monday;
    expect(await refused('/predict', { rows: [incomplete] })).toContain("property 'holiday'");
    const text = { rows: [monday, { ...monday, hour: '8' }] };
    expect(await refused('/predict', text)).toContain('body/rows/1/hour must be integer');
    expect(await refused('/predict', { rows: [{ ...monday, weekday: 7 }] })).toContain('<= 6');
    expect(await refused('/fits', { epochs: 0 })).toContain('epochs must be >= 1');
    expect(await refused('/fits', { epoch: 1 })).toContain('additional properties');
  });
});
