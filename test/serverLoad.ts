import { setTimeout } from 'node:timers/promises';
import type { FitReport, Version } from '@flambeau/example-server';

export interface Load {
  readonly sent: number;
  /** Of answers other than 200 with finite predictions; requests that failed. */
  readonly problems: readonly string[];
  /** In the order of the first answer from each. */
  readonly versions: readonly Version[];
}

interface Answer {
  readonly predictions: number[];
  readonly version: Version;
}

/** Some hours of a week, other ones for each `n`. */
const hoursOf = (n: number) =>
  Array.from({ length: 1 + (n % 8) }, (_, i) => ({
    weekday: (n + i) % 7,
    hour: (5 * n + i) % 24,
    temperature: (n % 30) + i / 10,
    holiday: n % 10 === 0,
  }));

/**
 * Asks a server for predictions until `end` settles: each client sends its next request some
 * milliseconds after the last answer.
 * @param url of the server
 */
export async function sendPredictions(
  url: string,
  end: Promise<unknown>,
  { clients = 4, pause = 2 } = {},
): Promise<Load> {
  let sent = 0;
  let isOver = false;
  const problems: string[] = [];
  const versions = new Map<string, Version>();
  const ask = async () => {
    const rows = hoursOf(sent++);
    const response = await postJson(`${url}/predict`, { rows });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
    const { predictions, version } = JSON.parse(text) as Answer;
    const isGood = predictions.length === rows.length && predictions.every(Number.isFinite);
    if (!isGood) throw new Error(`${predictions}`);
    versions.set(`${version.fit}/${version.epoch}`, version);
  };
  const client = async () => {
    while (!isOver) {
      await ask().catch((error) => problems.push(String(error)));
      await setTimeout(pause);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  await end.finally(() => {
    isOver = true;
  });
  await all;
  return { sent, problems, versions: [...versions.values()] };
}

export function postJson(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Follows the events of a fit to its end. @returns all reports, the last one of the ended fit */
export async function followFit(url: string): Promise<FitReport[]> {
  const response = await fetch(`${url}/fits/current`, { headers: { accept: 'text/event-stream' } });
  const events = (await response.text()).trim().split('\n\n');
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as FitReport);
}
