import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCnnModel, models } from '@flambeau/vision';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

const content = Buffer.from('weights'.repeat(50_000));
const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);

let server: Server;
let address = '';
let requests: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (request.url?.endsWith('/missing.pth')) {
      response.writeHead(404).end();
    } else if (request.url?.endsWith('/endless.pth')) {
      response.write(content);
    } else if (request.url?.endsWith('/cut.pth')) {
      response.writeHead(200, { 'content-length': 2 * content.length });
      response.write(content, () => response.destroy());
    } else {
      response.writeHead(200, { 'content-length': content.length }).end(content);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let home = '';
beforeEach(() => {
  requests = [];
  home = mkdtempSync(join(tmpdir(), 'flambeau-hub-'));
  vi.stubEnv('TORCH_HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const stored = () => readdirSync(models.hubFolder());

describe('hubFile', () => {
  expectNoLeaks();

  it('downloads once, telling how far it is', async () => {
    const seen: [number, number | undefined][] = [];
    const url = `${address}/a/tiny-${hash}.pth`;
    const path = await models.hubFile(url, { progress: (...step) => seen.push(step) });
    expect(path).toBe(join(home, 'hub', 'checkpoints', `tiny-${hash}.pth`));
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(seen.map(([received]) => received)).toEqual(
      seen.map(([it]) => it).sort((a, b) => a - b),
    );
    expect(await models.hubFile(url)).toBe(path);
    expect(requests).toEqual([`/a/tiny-${hash}.pth`]);
    expect(stored()).toEqual([`tiny-${hash}.pth`]);
  });

  it('refuses a file of another hash, and leaves nothing behind', async () => {
    await expect(models.hubFile(`${address}/tiny-00000000.pth`)).rejects.toThrow(
      `its SHA-256 should begin with 00000000, but is ${hash}`,
    );
    expect(stored()).toEqual([]);
  });

  it('says why it could not download', async () => {
    await expect(models.hubFile(`${address}/missing.pth`)).rejects.toThrow(
      `${address}/missing.pth cannot be downloaded to ${join(models.hubFolder(), 'missing.pth')}: ` +
        'the server answered 404 Not Found',
    );
    await expect(models.hubFile(`${address}/cut.pth`)).rejects.toThrow('cannot be downloaded');
    await expect(models.hubFile('http://127.0.0.1:1/gone.pth')).rejects.toThrow(
      /gone\.pth cannot be downloaded to .*: fetch failed, /,
    );
    expect(stored()).toEqual([]);
  });

  it('can be ended', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const progress = () => controller.abort(new Error('enough'));
    await expect(models.hubFile(`${address}/endless.pth`, { progress, signal })).rejects.toThrow(
      /^enough$/,
    );
    expect(stored()).toEqual([]);
  });

  it('has the folder of torch.hub', () => {
    expect(models.hubFolder()).toBe(join(home, 'hub', 'checkpoints'));
    vi.stubEnv('TORCH_HOME', '');
    vi.stubEnv('XDG_CACHE_HOME', '/cache');
    expect(models.hubFolder()).toBe(join('/cache', 'torch', 'hub', 'checkpoints'));
    vi.stubEnv('XDG_CACHE_HOME', '');
    expect(models.hubFolder()).toBe(join(homedir(), '.cache', 'torch', 'hub', 'checkpoints'));
  });
});

describe('pretrainedWeights', () => {
  it('takes the file that Python has put there', async () => {
    const tiny = await models.hubFile(`${address}/tiny-${hash}.pth`);
    const path = join(models.hubFolder(), 'resnet34-b627a593.pth');
    writeFileSync(path, readFileSync(tiny));
    expect(await models.pretrainedWeights(models.resnet34)).toBe(path);
    expect(requests.length).toBe(1);
  });

  it('asks a mirror for torchvision’s file, and checks it', async () => {
    const mirror = `${address}/copies/`;
    await expect(models.pretrainedWeights(models.squeezenet1_1, { mirror })).rejects.toThrow(
      'its SHA-256 should begin with b8a52dc0',
    );
    expect(requests).toEqual(['/copies/squeezenet1_1-b8a52dc0.pth']);
    expect(existsSync(join(models.hubFolder(), 'squeezenet1_1-b8a52dc0.pth'))).toBe(false);
  });

  it('is asked by a learner as it is told', async () => {
    const progress = vi.fn();
    const download = { mirror: `${address}/for/learner`, progress };
    await expect(createCnnModel(models.resnet18, 2, { download })).rejects.toThrow(
      'its SHA-256 should begin with f37072fd',
    );
    expect(requests).toEqual(['/for/learner/resnet18-f37072fd.pth']);
    expect(progress).toHaveBeenCalled();
  });

  it('knows no weights of other architectures', async () => {
    const own = () => models.resnet18();
    await expect(models.pretrainedWeights(own)).rejects.toThrow(
      'there are no pretrained weights of own: give the path of a file as weights',
    );
  });
});
