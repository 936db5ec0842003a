import { capture } from './exec.mjs';
import { SetupError } from './setup-error.mjs';

/** PyTorch publishes wheels without CUDA for Linux here; for other systems PyPI's have none. */
const cpuIndex = ['--extra-index-url', 'https://download.pytorch.org/whl/cpu'];

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
  try {
    await capture(python, [...command, '--no-index'], { onLine });
    return;
  } catch {
    // Not in a local folder: the indexes have it.
  }
  const online = process.platform === 'linux' ? cpuIndex : [];
  try {
    await capture(python, [...command, '--retries', '0', ...online], { onLine });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new SetupError(
      `${text}\n\npip found it neither in a local folder nor in an index. Is there a network? ` +
        'Without one, PIP_FIND_LINKS may name a folder that has the wheels.',
    );
  }
}
