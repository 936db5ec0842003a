import { performance } from 'node:perf_hooks';

const nameWidth = 14;

/**
 * @callback Report
 * @param {string} text What is going on now.
 * @returns {void}
 */

/**
 * Runs one step and prints one line about it: its name, what it did, the seconds it took. On a
 * terminal the line shows on the way what is going on; elsewhere the start of each stage of long
 * work has a line of its own.
 *
 * @template T
 * @param {string} name
 * @param {(report: Report) => T | Promise<T>} work
 * @param {(result: T) => string} [describe] What it did, in words.
 * @returns {Promise<T>}
 */
export async function step(name, work, describe = String) {
  const start = performance.now();
  const label = `  ${name.padEnd(nameWidth)}`;
  const terminal = process.stdout.isTTY;
  const result = await work((text) => {
    if (!terminal) return;
    const width = (process.stdout.columns || 80) - 1;
    process.stdout.write(`\r\x1b[K${`${label} ${text}`.slice(0, width)}`);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(
    `${terminal ? '\r\x1b[K' : ''}${label} ${describe(result)} (${seconds} s)\n`,
  );
  return result;
}

/**
 * Says that work has begun which takes long. On a terminal the step's own line shows it.
 *
 * @param {Report} report
 * @param {string} text
 */
export function announce(report, text) {
  if (process.stdout.isTTY) report(text);
  else process.stderr.write(`  ${''.padEnd(nameWidth)} ${text} …\n`);
}
