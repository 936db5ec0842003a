import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from './paths.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Runs a program and gives what it wrote to its standard output.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 *   `onLine` sees each line of either output as it comes.
 * @returns {Promise<string>}
 * @throws {SetupError} with the end of its output when it fails
 */
export async function capture(program, args, options = {}) {
  const child = spawn(program, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: needsShell(program),
  });
  /** @type {string[]} */
  const output = [];
  /** @type {string[]} */
  const both = [];
  createInterface({ input: child.stdout }).on('line', (line) => output.push(line));
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      both.push(line);
      options.onLine?.(line);
    });
  }
  // It must not write on while what this process leaves behind is removed.
  const kill = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  const code = await exitCode(child);
  process.off('exit', kill);
  if (code === 0) return output.join('\n');
  const command = [program, ...args].join(' ');
  throw new SetupError(`${command}\nended with ${code}:\n\n${both.slice(-60).join('\n')}`);
}

/**
 * Runs a program in the foreground, on this terminal.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} its exit code
 */
export async function foreground(program, args, env = process.env) {
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: needsShell(program),
  });
  // A terminal sends its interrupts to both; this process then only waits for the other's end.
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const code = await exitCode(child);
  return typeof code === 'number' ? code : 1;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number | string>} the exit code, or what ended it
 */
function exitCode(child) {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'an unknown end'));
  });
}

/** @param {string} program Windows starts command files only through its shell. */
function needsShell(program) {
  return process.platform === 'win32' && /\.(cmd|bat)$/i.test(program);
}
