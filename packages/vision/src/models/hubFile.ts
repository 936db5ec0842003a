import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { checkOptions } from '@flambeau/core';

export interface HubFileOptions {
  /** Called as bytes arrive. @param total undefined where the server does not say */
  readonly progress?: (received: number, total: number | undefined) => void;
  /** Ends the download, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const hubFileOptions = [
  'progress',
  'signal',
] as const satisfies readonly (keyof HubFileOptions)[];

/**
 * Where Python's torch.hub keeps weights: `hub/checkpoints` in the folder TORCH_HOME, else in
 * `torch` in XDG_CACHE_HOME, else in `~/.cache/torch`.
 */
export function hubFolder(): string {
  const { TORCH_HOME, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(TORCH_HOME || join(cache, 'torch'), 'hub', 'checkpoints');
}

/**
 * The file of that name in the {@link hubFolder}; it is downloaded where it is missing. What arrives
 * bears its name only when it is whole.
 * @param url its last part is the name; `-0a1b2c3d.` in it is how the file's SHA-256 begins
 * @returns the file's path
 * @throws Error when it cannot be downloaded, or its hash is another
 */
export async function hubFile(url: string, options: HubFileOptions = {}): Promise<string> {
  checkOptions('hubFile', options, hubFileOptions);
  const folder = hubFolder();
  const path = join(folder, basename(new URL(url).pathname));
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.partial`;
  try {
    const hash = await download(url, temporary, options);
    const [, expected = ''] = /-([0-9a-f]{8,})\./.exec(basename(path)) ?? [];
    if (!hash.startsWith(expected)) {
      throw new Error(`its SHA-256 should begin with ${expected}, but is ${hash}`);
    }
    await rename(temporary, path);
    return path;
  } catch (error) {
    await rm(temporary, { force: true });
    if (options.signal?.aborted) throw options.signal.reason;
    throw new Error(`${url} cannot be downloaded to ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** @returns the SHA-256 of what was written */
async function download(url: string, path: string, options: HubFileOptions): Promise<string> {
  const { progress, signal } = options;
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok || response.body === null) {
    throw new Error(`the server answered ${response.status} ${response.statusText}`);
  }
  const length = Number(response.headers.get('content-length') ?? 0);
  const total = length > 0 ? length : undefined;
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    let received = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      await file.writeFile(chunk);
      hash.update(chunk);
      received += chunk.byteLength;
      progress?.(received, total);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}, ${cause.message || cause.name}` : message;
}
