import { Writable } from 'node:stream';
import {
  DataBunch,
  Learner,
  type LearnerOptions,
  metrics,
  nn,
  ProgressCallback,
  type ProgressEvent,
} from '@flambeau/core';
import { describe, expect, it, vi } from 'vitest';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

/** A fit of 4 batches an epoch, with as many for validation, unless `valid` is false. */
async function fit(epochs: number, options: LearnerOptions = {}, valid = true): Promise<Learner> {
  const [x, y] = randomPairs(8);
  using model = new nn.Linear(2, 1);
  const batches = inOrder(x, y, 2);
  using learn = new Learner(
    new DataBunch(batches, valid ? batches : null, { device: 'cpu' }),
    model,
    {
      lossFunc: new nn.MSELoss(),
      ...options,
    },
  );
  try {
    await learn.fit(epochs);
  } finally {
    x.dispose();
    y.dispose();
  }
  return learn;
}

/** What is written to stdout meanwhile, as a terminal of 100 columns, or no terminal. */
async function printedBy(action: () => Promise<unknown>, terminal: boolean): Promise<string> {
  const chunks: string[] = [];
  const out = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  Object.assign(out, { isTTY: terminal, columns: 100 });
  const stdout = vi.spyOn(process, 'stdout', 'get').mockReturnValue(out as typeof process.stdout);
  try {
    await action();
  } finally {
    stdout.mockRestore();
  }
  return chunks.join('');
}

const number = String.raw`\d+\.\d{6}`;

describe('the progress of a fit', () => {
  expectNoLeaks();

  it('is a table, a line for each epoch, where there is no terminal', async () => {
    const text = await printedBy(() => fit(2, { metrics: [metrics.rmse, metrics.mae] }), false);
    const [header, ...rows] = text.split('\n');
    expect(header).toBe(
      'epoch     train_loss  valid_loss  root_mean_squared_error  mean_absolute_error  time',
    );
    const row = (epoch: number) =>
      new RegExp(`^${epoch}         ${number}    ${number}    ${number} {17}${number} {13}00:00$`);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(row(0));
    expect(rows[1]).toMatch(row(1));
    expect(rows[2]).toBe('');
  });

  it('has no columns for a validation that there cannot be, and #na# where it is left out', async () => {
    const without = await printedBy(
      () => fit(1, { metrics: [metrics.rmse], addTime: false }, false),
      false,
    );
    expect(without).toMatch(new RegExp(`^epoch     train_loss\n0         ${number}\n$`));
    const skipped = await printedBy(
      () =>
        fit(1, {
          metrics: [metrics.mae],
          callbacks: [{ onTrainBegin: () => ({ skipValidate: true }) }],
        }),
      false,
    );
    expect(skipped.split('\n')[1]).toMatch(
      new RegExp(`^0         ${number}    #na#        #na# {17}00:00$`),
    );
  });

  it('is shown in a terminal with bars, which are gone in the end', async () => {
    const text = await printedBy(() => fit(2), true);
    // The bars are drawn at least when a line pushes them down.
    expect(text).toMatch(/Epochs : \|[^|]+\| 50% \[1\/2 00:00<\d\d:\d\d \]/);
    expect(text).toMatch(/train {2}: \|[^|]+\| \d+% \[\d\/4 00:00<\S+ \d+\.\d{4}\]/);
    const screen = screenOf(text);
    expect(screen).toMatch(
      new RegExp(
        `^epoch     train_loss  valid_loss  time\n0         ${number}    ${number}    00:00\n` +
          `1         ${number}    ${number}    00:00$`,
      ),
    );
  });

  it('is not printed by a silent learner, but told to a listener', async () => {
    const events: ProgressEvent[] = [];
    const listen = (learn: Learner) =>
      new ProgressCallback(learn, (event) => void events.push(structuredClone(event)), {
        interval: 0,
      });
    let learn: Learner | undefined;
    const text = await printedBy(async () => {
      learn = await fit(2, { silent: true, metrics: [metrics.mae], callbackFns: [listen] });
    }, false);
    expect(text).toBe('');
    const { losses, valLosses, times } = (learn as Learner).recorder;
    expect(events[0]).toEqual({
      kind: 'begin',
      epochs: 2,
      columns: ['epoch', 'train_loss', 'valid_loss', 'mean_absolute_error', 'time'],
    });
    const batches = events.filter((event) => event.kind === 'batch');
    expect(
      batches.map(({ epoch, train, batch, batches }) => [epoch, train, batch, batches]),
    ).toEqual(
      [0, 1].flatMap((epoch) =>
        [true, false].flatMap((train) => [1, 2, 3, 4].map((batch) => [epoch, train, batch, 4])),
      ),
    );
    expect(batches.filter(({ train }) => train).map(({ smoothLoss }) => smoothLoss)).toEqual(
      losses,
    );
    const epochs = events.filter((event) => event.kind === 'epoch');
    expect(epochs).toMatchObject([
      { epoch: 0, trainLoss: losses[3], validLoss: valLosses[0], seconds: times[0] },
      { epoch: 1, trainLoss: losses[7], validLoss: valLosses[1], seconds: times[1] },
    ]);
    expect(events.at(-1)).toEqual({ kind: 'end' });
  });

  it('tells a listener only so often, and of a failure', async () => {
    const events: ProgressEvent[] = [];
    const listen = (learn: Learner) =>
      new ProgressCallback(learn, (event) => void events.push(event), { interval: 1e6 });
    const failing = {
      onEpochEnd: () => {
        throw new Error('no more');
      },
    };
    await expect(
      fit(1, { silent: true, callbackFns: [listen], callbacks: [failing] }),
    ).rejects.toThrow('no more');
    expect(events.filter(({ kind }) => kind === 'batch').length).toBeLessThanOrEqual(1);
    expect(events.at(-1)).toEqual({ kind: 'end', error: 'Error: no more' });
    expect(() => new ProgressCallback({} as Learner, () => {}, { every: 1 } as object)).toThrow(
      "no option 'every'",
    );
  });
});

/** What stays on the screen of a terminal that gets the text: enough of its commands for bars. */
function screenOf(text: string): string {
  const rows: string[] = [''];
  let y = 0;
  let x = 0;
  for (const [token] of text.replaceAll('\u001b[', '⎋').matchAll(/⎋\d*[A-Z]|\n|[^⎋\n]+/g)) {
    const command = /^⎋(\d*)([A-Z])$/.exec(token);
    const count = Number(command?.[1] || 1);
    if (token === '\n') {
      y++;
      x = 0;
      rows[y] ??= '';
    } else if (command === null) {
      const row = (rows[y] as string).padEnd(x);
      rows[y] = row.slice(0, x) + token + row.slice(x + token.length);
      x += token.length;
    } else if (command[2] === 'A') y -= count;
    else if (command[2] === 'G') x = count - 1;
    else if (command[2] === 'J') {
      rows[y] = (rows[y] as string).slice(0, x);
      rows.length = y + 1;
    } else if (command[2] === 'K') {
      rows[y] = command[1] === '2' ? '' : (rows[y] as string).slice(0, x);
    } else throw new Error(`unknown command ${JSON.stringify(token)}`);
  }
  return rows
    .map((row) => row.trimEnd())
    .join('\n')
    .trimEnd();
}
