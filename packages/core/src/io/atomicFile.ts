import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Most bytes that one write may take on every platform. */
const LARGEST_WRITE = 2 ** 30;

function writeFully(file: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.byteLength) {
    offset += writeSync(file, bytes, offset, Math.min(bytes.byteLength - offset, LARGEST_WRITE));
  }
}

function syncDirectory(path: string): void {
  // Windows has no handle to a directory; its rename is durable by itself.
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/**
 * Writes `chunks` one after the other to `path`, so that a reader sees either the whole new file
 * or what was there before: they go to a temporary file beside it, which is synced to disk and
 * then renamed. When a chunk cannot be made or written, nothing is left behind.
 */
export function writeFileAtomic(path: string, chunks: Iterable<Uint8Array>): void {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = openSync(temporary, 'wx');
  try {
    try {
      for (const chunk of chunks) writeFully(file, chunk);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}
