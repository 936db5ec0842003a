import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, manualSeed, tidy, torch } from '@flambeau/core';
import { Image, openImage } from '@flambeau/vision';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { describeWithData } from '../../../test/realData.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const folder = mkdtempSync(join(tmpdir(), 'flambeau-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Random pixels that bytes can hold. */
const random = (channels: number, rows = 7, columns = 5) =>
  tidy(() => new Image(torch.randint(256, [channels, rows, columns]).float().div(255)));

describe('an image file', () => {
  it.each(['.png', '.tiff', '.webp'])('keeps the pixels: %s', async (ending) => {
    using image = random(3);
    const path = join(folder, `kept${ending}`);
    if (ending === '.webp') {
      await image.save(path);
      using lossy = await openImage(path);
      expect(lossy.shape).toEqual(image.shape);
      return;
    }
    await image.save(path);
    using found = await openImage(path);
    expect(tidy(() => found.px.equal(image.px))).toBe(ending === '.png');
    expect(found.size).toEqual([7, 5]);
  });

  it('keeps grey and opacity', async () => {
    using grey = random(1);
    using clear = random(4);
    for (const [image, convertMode] of [
      [grey, 'L'],
      [clear, 'RGBA'],
    ] as const) {
      const path = join(folder, `${convertMode}.png`);
      await image.save(path);
      using found = await openImage(path, { convertMode });
      expect(tidy(() => found.px.equal(image.px))).toBe(true);
      using colours = await openImage(path);
      expect(colours.shape[0]).toBe(3);
    }
  });

  it('is read from bytes too, undivided, and changed before', async () => {
    using image = random(3);
    const path = join(folder, 'bytes.png');
    await image.save(path);
    using found = await openImage(readFileSync(path), {
      div: false,
      afterOpen: (opened) => opened.rotate(90),
    });
    expect(found.size).toEqual([5, 7]);
    const turned = tidy(() => image.px.mul(255).rot90(-1, [1, 2]).allclose(found.px));
    expect(turned).toBe(true);
  });

  it('is cut off at 0 and 1 when it is written', async () => {
    using wild = new Image(
      tidy(() =>
        torch
          .tensor([[[-1, 0.5, 2]]])
          .expand([3, 1, 3])
          .clone(),
      ),
    );
    await wild.save(join(folder, 'wild.png'));
    using found = await openImage(join(folder, 'wild.png'));
    const bytes = tidy(() => found.px.select(0, 0).mul(255).round().toArray());
    expect(bytes).toEqual([[0, 128, 255]]);
  });

  it('that is none is named', async () => {
    writeFileSync(join(folder, 'text.jpg'), 'no image');
    await expect(openImage(join(folder, 'text.jpg'))).rejects.toThrow(DataError);
    await expect(openImage(join(folder, 'text.jpg'))).rejects.toThrow("text.jpg' cannot be read");
    await expect(openImage(join(folder, 'none.jpg'))).rejects.toThrow("none.jpg' cannot be read");
    await expect(openImage(Buffer.from('x'))).rejects.toThrow('the given bytes cannot be read');
    await expect(openImage('x.png', { mode: 'L' } as never)).rejects.toThrow("no option 'mode'");
    await expect(openImage('x.png', { convertMode: 'CMYK' as never })).rejects.toThrow(
      "convertMode must be 'RGB', 'L', 'RGBA', got 'CMYK'",
    );
    using odd = random(2);
    await expect(odd.save(join(folder, 'odd.png'))).rejects.toThrow('1, 3 or 4 channels');
  });

  it('that ends too early is named', async () => {
    manualSeed(1);
    using image = random(3, 64, 64);
    const path = join(folder, 'short.jpg');
    await image.save(path);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await expect(openImage(path)).rejects.toThrow("short.jpg' cannot be read as an image");
  });
});

describeWithData('photographs', (data) => {
  describeWithOracle('are read as PIL reads them', (oracle) => {
    const pets = join(data, 'pets', 'images');
    const files = readdirSync(pets).filter((_, i) => i % 25 === 0);

    it.each(['RGB', 'L'] as const)('%s', async (convertMode) => {
      for (const file of files) {
        const path = join(pets, file);
        using image = await openImage(path, { convertMode, div: false });
        await oracle.compare(
          () => image.px.to('uint8'),
          `
import numpy as np
from PIL import Image
a = torch.from_numpy(np.array(Image.open(path).convert('${convertMode}')))
result = (a[None] if a.ndim == 2 else a.permute(2, 0, 1)).contiguous()`,
          { path },
        );
      }
    });
  });
});
