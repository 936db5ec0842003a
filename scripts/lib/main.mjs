import { SetupError } from './setup-error.mjs';

/**
 * Runs a script: what the user can act on is printed plainly, anything else with its stack.
 *
 * @param {() => Promise<number | void>} script gives the exit code, 0 when nothing
 */
export async function main(script) {
  try {
    process.exitCode = (await script()) ?? 0;
  } catch (error) {
    const isPlain =
      error instanceof SetupError || (error instanceof Error && error.name === 'LoadError');
    console.error(`\n${isPlain ? error.message : error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  }
}
