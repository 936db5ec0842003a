import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { plot, tidy, torch } from '@flambeau/core';
import {
  type Axes,
  type Figure,
  Image,
  plotMulti,
  showHeatmap,
  showImage,
  showImages,
  subplots,
} from '@flambeau/vision';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { decoded, picturesIn, textsIn } from './pictures.js';

expectNoLeaks();

const folder = mkdtempSync(join(tmpdir(), 'flambeau-figures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [51, 102, 153],
] as const;

/** An image of one colour. */
function plain(colour: readonly number[], rows = 10, columns = 10): Image {
  return tidy(() => {
    const pixels = torch.tensor(colour.map((byte) => byte / 255)).view([3, 1, 1]);
    return new Image(pixels.expand([3, rows, columns]).contiguous());
  });
}

const sizeOf = (svg: string) =>
  /width="([\d.]+)" height="([\d.]+)"/.exec(svg)?.slice(1).map(Number);

describe('a figure', () => {
  it('has its pictures in rows and columns', async () => {
    const figure = subplots(2, 2, { figsize: [4, 2] });
    for (const [i, ax] of figure.axes.flat().entries()) {
      using image = plain(colours[i] as readonly number[]);
      ax.imshow(image);
    }
    for (const scale of [1, 2]) {
      const found = await decoded(await figure.toPng({ scale }));
      expect([found.rows, found.columns]).toEqual([144 * scale, 288 * scale]);
      const centres = [0, 1, 2, 3].map((i) =>
        found.at((36 + 72 * Math.floor(i / 2)) * scale, (72 + 144 * (i % 2)) * scale),
      );
      expect(centres).toEqual(colours);
      expect(found.at(0, 0)).toEqual([255, 255, 255]);
      // Squares, in the middle of cells that are wider.
      expect(found.at(36 * scale, 30 * scale)).toEqual([255, 255, 255]);
      expect(found.at(36 * scale, 45 * scale)).toEqual(colours[0]);
    }
  });

  it('shows few pixels as squares with sharp edges', async () => {
    using image = torch.eye(3);
    const found = await decoded(await showImage(image, { cmap: 'gray' }).toPng());
    const side = (432 - 16) / 3;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        for (const inside of [0.03, 0.5, 0.97]) {
          const at = (k: number) => Math.floor(8 + (k + inside) * side);
          const value = i === j ? 255 : 0;
          expect(found.at(at(i), at(j)), `${i}, ${j}, ${inside}`).toEqual([value, value, value]);
        }
      }
    }
  });

  it('has titles, escaped, in letters that fit', async () => {
    const figure = subplots(1, 2, { figsize: [4, 2] }).suptitle('Prediction\nActual');
    const [first, second] = figure.axes[0] as unknown as [Axes, Axes];
    using image = plain([0, 0, 0]);
    first.imshow(image).title('cats & <dogs>');
    second.imshow(image).title('staffordshire_bull_terrier / american_pit_bull_terrier / 0.02');
    const svg = await figure.toSvg();
    const texts = textsIn(svg);
    expect(texts.slice(0, 3)).toEqual(['Prediction', 'Actual', 'cats &amp; &lt;dogs>']);
    expect(texts).toHaveLength(4);
    const sizes = [...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
    expect(sizes).toEqual([12, 12, 12, 6]);
    expect(await figure.toHtml()).toContain('<title>Prediction\nActual</title>');
    expect(figure.suptitle('').title).toBe('cats & <dogs>');
    expect(subplots().title).toBe('Figure');
  });

  it('has room for titles above the pictures', async () => {
    using image = plain([0, 0, 0]);
    const top = async (figure: Figure) =>
      Number(/<image x="[^"]*" y="([\d.]+)"/.exec(await figure.toSvg())?.[1]);
    const figure = showImage(image, { figsize: [2, 3] });
    const without = await top(figure);
    figure.suptitle('one');
    const once = await top(figure);
    figure.suptitle('one\ntwo');
    expect([without, once - without, (await top(figure)) - once]).toEqual([40, 8, 8]);
  });

  it('has numbers beside a picture where they are asked for', async () => {
    using image = plain([0, 0, 0], 28, 28);
    expect(textsIn(await showImage(image).toSvg())).toEqual([]);
    const figure = showImage(image, { hideAxis: false });
    const numbers = ['0', '5', '10', '15', '20', '25'];
    expect(textsIn(await figure.toSvg())).toEqual([...numbers, ...numbers]);
    const [[ax]] = figure.axes as unknown as [[Axes]];
    ax.imshow(image, { extent: [0, 28, -1000, 2000] });
    expect(textsIn(await ax.figure.toSvg())).toEqual([
      ...numbers,
      ...['-1000', '-500', '0', '500', '1000', '1500', '2000'],
    ]);
    expect(textsIn(await ax.axis('off').figure.toSvg())).toEqual([]);
    expect(() => ax.axis('none' as 'on')).toThrow("'on' or 'off', got 'none'");
  });

  it('may have places without a picture', async () => {
    const figure = subplots(1, 2);
    figure.axes[0]?.[1]?.title('nothing').axis('on');
    expect(textsIn(await figure.toSvg())).toEqual(['nothing']);
    expect(await picturesIn(figure)).toEqual([]);
  });

  it('is saved by its ending, and shown in notebooks', async () => {
    using image = plain([1, 2, 3]);
    const figure = showImage(image, { title: 'dark' });
    const svg = await figure.toSvg();
    for (const ending of ['svg', 'png', 'html']) await figure.save(join(folder, `a.${ending}`));
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(svg);
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain(`<title>dark</title>\n${svg}`);
    const png = await decoded(readFileSync(join(folder, 'a.png')));
    expect([png.rows, png.columns]).toEqual([432, 432]);
    expect(png.at(216, 216)).toEqual([1, 2, 3]);
    await expect(figure.save('a.json')).rejects.toThrow("saved as .svg, .png, .html; got 'a.json'");
    const shown: string[] = [];
    await figure.show({ svg: (text) => void shown.push(text) });
    expect(shown).toEqual([svg]);
    const text = 'Figure(1 x 1 axes; 3 x 3 inches)';
    expect(inspect(figure)).toBe(text);
    expect(await figure[plot.notebookDisplay]()).toEqual({
      'image/svg+xml': svg,
      'text/plain': text,
    });
  });

  it('says what it cannot be', () => {
    expect(() => subplots(0, 1)).toThrow('rows must be a whole number from 1 up, got 0');
    expect(() => subplots(1, 1.5)).toThrow('columns must be a whole number from 1 up, got 1.5');
    expect(() => subplots(1, 1, { figsize: [3, -1] })).toThrow('figsize must be');
    expect(() => subplots(1, 1, { dpi: 100 } as object)).toThrow("no option 'dpi'");
  });
});

describe('showImage', () => {
  it('is 3 by 3 inches, or draws where it is told', async () => {
    using image = plain([0, 0, 0]);
    expect(sizeOf(await showImage(image).toSvg())).toEqual([216, 216]);
    expect(sizeOf(await image.show({ figsize: [5, 4] }).toSvg())).toEqual([360, 288]);
    const figure = subplots(1, 2);
    const ax = figure.axes[0]?.[1] as Axes;
    expect(showImage(image, { ax, title: 'here' })).toBe(figure);
    using map = image.px.select(0, 0);
    expect(showHeatmap(image, map, { ax, title: 'there' })).toBe(figure);
    expect(ax.layers).toHaveLength(3);
    expect(ax.titleText).toBe('there');
    expect(() => showImage(image, { axes: ax } as object)).toThrow("no option 'axes'");
    expect(() => showHeatmap(image, image.px, { hideAxis: true } as object)).toThrow(
      "no option 'hideAxis'",
    );
  });

  it('shows one channel from white to black', async () => {
    using image = torch.tensor([[[2, 4]]]);
    const [picture] = await picturesIn(showImage(image));
    const { rows, columns } = picture as NonNullable<typeof picture>;
    expect(picture?.at(rows - 1, 0)).toEqual([255, 255, 255]);
    expect(picture?.at(0, columns - 1)).toEqual([0, 0, 0]);
  });
});

describe('an image', () => {
  it('shows itself in notebooks', async () => {
    using image = plain([9, 8, 7], 2, 3);
    const bundle = await image[plot.notebookDisplay]();
    expect(bundle['text/plain']).toBe('Image (3, 2, 3)');
    const { rows, columns, at } = await decoded(
      Buffer.from(bundle['image/png'] as string, 'base64'),
    );
    expect([rows, columns, at(1, 2)]).toEqual([2, 3, [9, 8, 7]]);
  });
});

describe('several images', () => {
  it('are drawn by a function, one place after another', async () => {
    const calls: string[] = [];
    const figure = await plotMulti(
      async (i, j, ax) => {
        await new Promise((done) => setTimeout(done, j === 0 ? 5 : 0));
        calls.push(`${i}${j}`);
        using image = plain(colours[2 * i + j] as readonly number[]);
        showImage(image, { ax });
      },
      2,
      2,
    );
    expect(calls).toEqual(['00', '01', '10', '11']);
    expect(sizeOf(await figure.toSvg())).toEqual([12 * 72, 6 * 72]);
    expect((await picturesIn(figure)).map((it) => it.at(0, 0))).toEqual(colours);
    expect((await plotMulti(() => {}, 1, 1, { figsize: [1, 2] })).figsize).toEqual([1, 2]);
    await expect(plotMulti(() => {}, 1, 1, { size: 3 } as object)).rejects.toThrow("'size'");
    await expect(plotMulti(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('are a square with their titles', async () => {
    const images = Array.from({ length: 5 }, (_, i) => plain([i, 0, 0]));
    const titles = images.map((_, i) => `number ${i}`);
    const figure = showImages(images, { titles });
    for (const image of images) image.dispose();
    expect(figure.axes.map((row) => row.length)).toEqual([3, 3]);
    expect(figure.figsize).toEqual([12, 8]);
    expect((await picturesIn(figure)).map((it) => it.at(0, 0)[0])).toEqual([0, 1, 2, 3, 4]);
    expect(textsIn(await figure.toSvg())).toEqual(titles);
    expect(() => showImages([])).toThrow('there are no images');
    using image = plain([0, 0, 0]);
    expect(() => showImages([image], { titles: [] })).toThrow(
      'expected 1 titles, one an image, got 0',
    );
    expect(() => showImages([image], { rows: 1 } as object)).toThrow("no option 'rows'");
  });
});
