import { DataError } from '@flambeau/core';
import { ArgumentError, parseArguments, usage } from './arguments.js';
import { run } from './run.js';

const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());

try {
  const options = parseArguments(process.argv.slice(2), process.env);
  if (options === null) console.log(usage);
  else await run({ ...options, signal: interrupt.signal });
} catch (error) {
  if (interrupt.signal.aborted) {
    console.error('interrupted');
    process.exitCode = 130;
  } else if (error instanceof ArgumentError || error instanceof DataError) {
    console.error(`lesson:rossmann: ${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
