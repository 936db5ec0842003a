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

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  // Windows has no handle to a directory; its rename is durable by itself.
  if (process.platform !== 'win32') sync(path, 'r');
}

/**
 * Lets `write` make a file at a temporary path beside `path`, syncs it to disk and renames it, so
 * that a reader sees either the whole new file or what was there before. When `write` throws,
 * nothing is left behind.
 */
export function replaceFile(path: string, write: (temporary: string) => void): void {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    write(temporary);
    sync(temporary, 'r+');
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(directory);
}

/** Writes `chunks` one after the other to `path`, by {@link replaceFile}. */
export function writeFileAtomic(path: string, chunks: Iterable<Uint8Array>): void {
  replaceFile(path, (temporary) => {
    const file = openSync(temporary, 'wx');
    try {
      for (const chunk of chunks) writeFully(file, chunk);
    } finally {
      closeSync(file);
    }
  });
}
