import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { PythonVariant } from './case.js';

/** From `dist/bench`, where this runs, to the Python programs in the source folder. */
const server = fileURLToPath(new URL('../../bench/python/server.py', import.meta.url));

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

/** A Python process that holds one variant of a case and waits while it is not asked. */
export class PythonPeer implements Disposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  private constructor(python: string) {
    this.#process = spawn(python, [server], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Starts Python and makes the variant ready. */
  static async start(python: string, variant: PythonVariant, threads: number): Promise<PythonPeer> {
    const peer = new PythonPeer(python);
    await peer.#ask('prepare', { module: variant.module, threads, arguments: variant.arguments });
    return peer;
  }

  /** Seconds that `count` repetitions took, by Python's own clock. */
  async run(count: number): Promise<number> {
    return (await this.#ask('run', { count })) as number;
  }

  /** The result of the variant's method `finish`. */
  async finish(): Promise<unknown> {
    return this.#ask('finish', {});
  }

  [Symbol.dispose](): void {
    this.#process.stdin.end();
  }

  async #ask(operation: string, details: object): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify({ operation, ...details })}\n`);
    const line = await this.#answers.next();
    if (line.done) throw new Error(`the Python process ended before it answered '${operation}'`);
    const { result, error } = JSON.parse(line.value) as Answer;
    if (error !== undefined) throw new Error(`Python, ${operation}: ${error}`);
    return result;
  }
}
