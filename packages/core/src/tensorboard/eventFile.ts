import { appendFileSync, mkdirSync } from 'node:fs';
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

/** Those that have collected events: what is left of them is written when the program ends. */
const unwritten = new Set<EventFile>();

function writeAll(): void {
  for (const file of unwritten) file.flush();
}

/**
 * A file of events, `events.out.tfevents.…`, that is appended to in whole records. It is open only
 * while it is written, so nothing is lost or left when nobody closes it.
 */
export class EventFile {
  /** Where it is. */
  readonly path: string;
  readonly #maxQueue: number;
  readonly #flushSecs: number;
  #queue: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Makes the folder where there is none. */
  constructor(logDir: string, options: EventFileOptions = {}) {
    const { maxQueue = 10, flushSecs = 120, filenameSuffix = '' } = options;
    this.#maxQueue = maxQueue;
    this.#flushSecs = flushSecs;
    const wallTime = Date.now() / 1000;
    const seconds = String(Math.floor(wallTime)).padStart(10, '0');
    // TensorBoard reads a folder's files in the order of their names.
    const number = String(files++).padStart(8, '0');
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${number}`;
    this.path = join(logDir, name + filenameSuffix);
    mkdirSync(logDir, { recursive: true });
    this.add({ wallTime, content: { fileVersion: 'brain.Event:2' } });
    this.flush();
  }

  add(event: Event): void {
    if (unwritten.size === 0) process.once('exit', writeAll);
    unwritten.add(this);
    this.#queue.push(record(encodeEvent(event)));
    if (this.#queue.length >= this.#maxQueue) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#flushSecs * 1000).unref();
  }

  /** Writes what was collected. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.length === 0) return;
    appendFileSync(this.path, Buffer.concat(this.#queue));
    this.#queue = [];
    unwritten.delete(this);
    if (unwritten.size === 0) process.off('exit', writeAll);
  }
}
