import { DataError } from '@flambeau/core';
import { ArgumentError } from './options.js';

/** A lesson as a program. */
export interface Lesson<Options> {
  /** What messages begin with. */
  readonly name: string;
  readonly usage: string;
  /**
   * What the command line asks for; null where it asks for help.
   * @param environment where FLAMBEAU_DATA is looked up
   * @throws ArgumentError for an unknown option or a value that is not what the option takes
   */
  parse(args: readonly string[], environment: NodeJS.ProcessEnv): Options | null;
  run(options: Options & { readonly signal: AbortSignal }): Promise<unknown>;
}

/** Runs a lesson as the command line says, until it ends or is interrupted. */
export async function runLesson<Options>(lesson: Lesson<Options>): Promise<void> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  try {
    const options = lesson.parse(process.argv.slice(2), process.env);
    if (options === null) console.log(lesson.usage);
    else await lesson.run({ ...options, signal: interrupt.signal });
  } catch (error) {
    if (interrupt.signal.aborted) {
      console.error('interrupted');
      process.exitCode = 130;
    } else if (error instanceof ArgumentError || error instanceof DataError) {
      console.error(`${lesson.name}: ${error.message}`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}
