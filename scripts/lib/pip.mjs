import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { capture } from './exec.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * pip's environment. Where HOME was replaced, as sandboxes do, pip no longer finds the settings of
 * the account, which say what it can reach.
 */
function pipEnvironment() {
  const settings = join(userInfo().homedir, '.config', 'pip', 'pip.conf');
  const hidden = userInfo().homedir !== homedir() && existsSync(settings);
  return hidden ? { PIP_CONFIG_FILE: settings, ...process.env } : process.env;
}

/**
 * Runs `pip download` or `pip install`: first from local folders only (those that pip is
 * configured with), then from its indexes.
 *
 * @param {import('./python.mjs').Python['program']} python
 * @param {readonly string[]} args
 * @param {(line: string) => void} onLine
 * @throws {SetupError}
 */
export async function pip(python, args, onLine) {
  const command = ['-m', 'pip', ...args, '--disable-pip-version-check', '--progress-bar', 'off'];
  const env = pipEnvironment();
  try {
    await capture(python, [...command, '--no-index'], { env, onLine });
    return;
  } catch {
    // Not in a local folder: the indexes have it.
  }
  try {
    await capture(python, [...command, '--retries', '0'], { env, onLine });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `${text}\n\npip found it neither in a local folder nor in an index. Is there a network? ` +
        'Without one, PIP_FIND_LINKS may name a folder that has the wheels. For a libtorch without ' +
        "CUDA on Linux, PIP_EXTRA_INDEX_URL names PyTorch's index of CPU wheels.",
    );
  }
}
