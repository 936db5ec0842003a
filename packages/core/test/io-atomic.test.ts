import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { io, type Tensor, tidy } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

const folder = mkdtempSync(join(tmpdir(), 'atomic-'));
afterAll(() => rmSync(folder, { recursive: true }));
const checkpoint = join(folder, 'a.pt');
const safetensors = join(folder, 'a.safetensors');

/** Starts a process that writes both files without end, and kills it in the middle. */
async function writeAndKill(): Promise<void> {
  const program = fileURLToPath(new URL('endlessWriter.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, checkpoint, safetensors], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await setTimeout(Math.random() * 60);
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

/** The one number that all elements are. */
function onlyValue(x: Tensor): number {
  const [least, largest] = [x.min().item(), x.max().item()];
  expect([x.shape, least]).toEqual([[300_000], largest]);
  return least as number;
}

describe('a process that is killed while it writes', () => {
  expectNoLeaks();

  it('leaves the old file or the new one', async () => {
    for (let round = 0; round < 4; round++) {
      await writeAndKill();
      tidy(() => {
        const { x, value } = io.load<{ x: Tensor; value: number }>(checkpoint);
        expect(onlyValue(x)).toBe(value);
        onlyValue(io.loadFile(safetensors).x as Tensor);
      });
    }
  });
});
