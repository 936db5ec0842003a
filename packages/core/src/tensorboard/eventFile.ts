import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Event, encodeEvent } from './messages.js';
import { record } from './record.js';

export interface EventFileOptions {
  /** Events that are collected before they are written. Default 10. */
  maxQueue?: number;
  /** Seconds after which they are written in any case. Default 120. */
  flushSecs?: number;
  /** Added to the file's name. */
  filenameSuffix?: string;
}

let files = 0;

/** A file of events, `events.out.tfevents.…`, that is appended to in whole records. */
export class EventFile {
  /** Where it is. */
  readonly path: string;
  readonly #maxQueue: number;
  readonly #flushSecs: number;
  #file: number | undefined;
  #queue: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Makes the folder where there is none. */
  constructor(logDir: string, options: EventFileOptions = {}) {
    const { maxQueue = 10, flushSecs = 120, filenameSuffix = '' } = options;
    this.#maxQueue = maxQueue;
    this.#flushSecs = flushSecs;
    const wallTime = Date.now() / 1000;
    const seconds = String(Math.floor(wallTime)).padStart(10, '0');
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${files++}`;
    this.path = join(logDir, name + filenameSuffix);
    mkdirSync(logDir, { recursive: true });
    this.#file = openSync(this.path, 'ax');
    this.add({ wallTime, content: { fileVersion: 'brain.Event:2' } });
    this.flush();
  }

  /** @throws Error when the file is closed */
  add(event: Event): void {
    if (this.#file === undefined) throw new Error(`${this.path} is closed`);
    this.#queue.push(record(encodeEvent(event)));
    if (this.#queue.length >= this.#maxQueue) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#flushSecs * 1000).unref();
  }

  /** Writes what was collected. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const queue = this.#queue;
    if (this.#file === undefined || queue.length === 0) return;
    this.#queue = [];
    const bytes = Buffer.concat(queue);
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#file, bytes, written);
  }

  /** Writes what was collected and closes the file. Idempotent. */
  close(): void {
    if (this.#file === undefined) return;
    this.flush();
    closeSync(this.#file);
    this.#file = undefined;
  }
}
