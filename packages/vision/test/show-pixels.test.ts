import { type Tensor, tidy, torch } from '@flambeau/core';
import {
  type Axes,
  type ColorMap,
  Image,
  type ImshowOptions,
  showHeatmap,
  showImage,
  subplots,
} from '@flambeau/vision';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { blocksOf, pictureIn } from './pictures.js';

expectNoLeaks();

/** The place of a figure that has one. */
const axesOf = () => subplots().axes[0]?.[0] as Axes;

/** How the values are shown, pixel by pixel. */
async function shown(values: Tensor, options: ImshowOptions = {}): Promise<number[][][]> {
  const [rows, columns] = values.shape.slice(-2) as [number, number];
  const picture = await pictureIn(axesOf().imshow(values, options).figure);
  return blocksOf(picture, rows, columns);
}

const random = (...shape: number[]) => torch.rand(shape);
const randomBytes = (...shape: number[]) => tidy(() => torch.randint(256, shape).to('uint8'));

describe('colour maps', () => {
  /** The 256 colours of a map. */
  async function colours(cmap: ColorMap): Promise<number[][]> {
    using ramp = tidy(() => torch.arange(256).view([1, 256]));
    const [row] = await shown(ramp, { cmap });
    return row as number[][];
  }

  it('magma has the colours of matplotlib', async () => {
    const anchors: Readonly<Record<number, readonly number[]>> = {
      0: [0.001462, 0.000466, 0.013866],
      32: [0.113094, 0.065492, 0.276784],
      64: [0.316654, 0.07169, 0.48538],
      96: [0.512831, 0.148179, 0.507648],
      128: [0.716387, 0.214982, 0.47529],
      160: [0.904281, 0.31961, 0.388137],
      192: [0.9867, 0.535582, 0.38221],
      224: [0.996898, 0.769591, 0.534892],
      255: [0.987053, 0.991438, 0.749504],
    };
    const found = await colours('magma');
    for (const [place, expected] of Object.entries(anchors)) {
      for (const [channel, value] of expected.entries()) {
        const difference = (found[Number(place)]?.[channel] as number) - 255 * value;
        expect(Math.abs(difference), `colour ${place}, channel ${channel}`).toBeLessThan(1);
      }
    }
  });

  it.each([
    ['inferno', [0, 0, 4], [252, 255, 164]],
    ['plasma', [13, 8, 135], [240, 249, 33]],
    ['viridis', [68, 1, 84], [253, 231, 37]],
    ['Blues', [247, 251, 255], [8, 48, 107]],
    ['binary', [255, 255, 255], [0, 0, 0]],
    ['gray', [0, 0, 0], [255, 255, 255]],
  ] as const)('%s has the ends of that of matplotlib', async (cmap, first, last) => {
    const found = await colours(cmap);
    expect([found[0], found[255]]).toEqual([first, last]);
  });

  it('Blues goes straight from one colour to the next', async () => {
    const found = await colours('Blues');
    // Its fifth and sixth colours are #6baed6 and #4292c6.
    const share = (140 / 255) * 8 - 4;
    const expected = [
      107 + share * (66 - 107),
      174 + share * (146 - 174),
      214 + share * (198 - 214),
    ];
    for (const [i, value] of expected.entries()) {
      expect(Math.abs((found[140]?.[i] as number) - value)).toBeLessThanOrEqual(0.51);
    }
  });
});

describeWithOracle('values of one channel', (oracle) => {
  it.each([
    ['from the smallest to the largest', {}],
    ['from vmin to vmax, and the ends beyond', { vmin: -0.5, vmax: 0.75 }],
  ] as const)('are coloured %s', async (_, limits) => {
    using values = torch.randn([5, 7]);
    const found = await shown(values, { cmap: 'gray', ...limits });
    const { vmin = null, vmax = null } = limits as { vmin?: number; vmax?: number };
    const { result } = await oracle.evaluate(
      `
import numpy as np
v = values.double().numpy()
low = v.min() if vmin is None else vmin
high = v.max() if vmax is None else vmax
places = np.clip(np.floor((v - low) / (high - low) * 256), 0, 255)
result = places.astype(int).tolist()`,
      { values, vmin, vmax },
    );
    const grey = found.map((row) => row.map(([red]) => red as number));
    expect(Math.max(...differences(grey, result as number[][]))).toBeLessThanOrEqual(1);
  });

  it('are coloured between the centres of pixels, as interpolate does', async () => {
    using image = random(3, 60, 80);
    using map = torch.randn([5, 4]);
    using ramp = tidy(() => torch.arange(256).view([1, 256]));
    const table = (await shown(ramp, { cmap: 'magma' })).flat();
    // A box of less than 60 x 80: the picture has the image's own pixels.
    const picture = await pictureIn(showHeatmap(image, map, { figsize: [1, 1] }));
    expect([picture.rows, picture.columns]).toEqual([60, 80]);
    const { result } = await oracle.evaluate(
      `
large = F.interpolate(map.double()[None, None], (60, 80), mode='bilinear', align_corners=False)[0, 0]
v = (large - map.min()) / (map.max() - map.min())
places = (v * 256).floor().clamp(0, 255).long()
magma = torch.tensor(table).double()[places]
result = (0.6 * magma + 0.4 * 255 * image.double().permute(1, 2, 0)).flatten().tolist()`,
      { image, map, table },
    );
    const all = differences([[...picture.bytes]], [result as number[]]);
    // Half a byte is rounded away; where a value lies between two colours either is right.
    expect(Math.max(...all)).toBeLessThan(3);
    expect(all.filter((it) => it > 0.51).length).toBeLessThan(all.length / 50);
  });

  it('are averaged where they are more than can be seen', async () => {
    using image = random(3, 300, 400);
    const picture = await pictureIn(showImage(image, { figsize: [1, 1] }));
    expect([picture.rows, picture.columns]).toEqual([96, 128]);
    const { result } = await oracle.evaluate(
      `
small = F.adaptive_avg_pool2d(image.double()[None], (96, 128))[0]
result = (255 * small).permute(1, 2, 0).flatten().tolist()`,
      { image },
    );
    const all = differences([[...picture.bytes]], [result as number[]]);
    expect(Math.max(...all)).toBeLessThan(0.51);
  });
});

function differences(ours: readonly number[][], theirs: readonly number[][]): number[] {
  const expected = theirs.flat();
  const found = ours.flat();
  expect(found).toHaveLength(expected.length);
  return found.map((value, i) => Math.abs(value - (expected[i] as number)));
}

describe('a heatmap', () => {
  it('is interpolated with its edges held', async () => {
    using image = torch.zeros([3, 4, 4]);
    using map = torch.tensor([
      [0, 1],
      [2, 3],
    ]);
    const options = { alpha: 1, cmap: 'gray', figsize: [0.15, 0.15] } as const;
    const picture = await pictureIn(showHeatmap(image, map, options));
    expect([picture.rows, picture.columns]).toEqual([4, 4]);
    const expected = [
      [0, 0.25, 0.75, 1],
      [0.5, 0.75, 1.25, 1.5],
      [1.5, 1.75, 2.25, 2.5],
      [2, 2.25, 2.75, 3],
    ].map((row) => row.map((value) => Math.min(Math.floor((value / 3) * 256), 255)));
    const found = blocksOf(picture, 4, 4).map((row) => row.map(([red]) => red as number));
    expect(Math.max(...differences(found, expected))).toBeLessThanOrEqual(1);
  });

  it('of one value has the first colour', async () => {
    using image = torch.ones([3, 40, 40]);
    using map = torch.full([2, 2], 7, { dtype: 'float32' });
    const picture = await pictureIn(showHeatmap(image, map, { figsize: [0.5, 0.5] }));
    expect(new Set(blocksOf(picture, 40, 40).flat().map(String))).toEqual(
      new Set([String([0, 0, 4].map((byte) => Math.round(0.6 * byte + 0.4 * 255)))]),
    );
  });

  it('has room for its steps over few pixels', async () => {
    using image = torch.zeros([3, 2, 2]);
    using map = torch.tensor([[0, 1]]);
    const options = { alpha: 1, cmap: 'gray', figsize: [2, 2] } as const;
    const picture = await pictureIn(showHeatmap(image, map, options));
    expect(picture.columns).toBeGreaterThanOrEqual(2 * (2 * 72 - 8));
    const row = Array.from({ length: picture.columns }, (_, i) => picture.at(0, i)[0] as number);
    expect(new Set(row).size).toBeGreaterThan(100);
    expect(row).toEqual([...row].sort((a, b) => a - b));
  });
});

describe('an image of colours', () => {
  it('is shown byte by byte', async () => {
    using bytes = randomBytes(3, 100, 90);
    using floats = tidy(() => bytes.div(255));
    const expected = tidy(() => bytes.permute([1, 2, 0]).contiguous().toTypedArray());
    using whole = bytes.to('int64');
    for (const image of [bytes, whole, floats, new Image(floats)]) {
      const picture = await pictureIn(showImage(image));
      expect([picture.rows, picture.columns]).toEqual([100, 90]);
      expect(Buffer.compare(picture.bytes, expected as Uint8Array)).toBe(0);
    }
  });

  it('lets white through where it has opacity', async () => {
    using image = random(4, 6, 5);
    const found = await shown(image, { alpha: 0.5 });
    const expected = tidy(() => {
      const share = image.narrow(0, 3, 1).mul(0.5);
      const mixed = image.narrow(0, 0, 3).mul(share).add(share.neg().add(1));
      return mixed.mul(255).permute([1, 2, 0]).contiguous().flatten().toArray();
    });
    expect(Math.max(...differences([found.flat(2)], [expected as number[]]))).toBeLessThan(0.51);
  });

  it('is cut off beyond 0 and 1', async () => {
    using image = tidy(() => torch.tensor([-1, 2, 0.2, Number.NaN, 1, 0, 0, 0, 0]).view([3, 1, 3]));
    expect(await shown(image)).toEqual([
      [
        [0, 0, 0],
        [255, 255, 0],
        [51, 0, 0],
      ],
    ]);
  });
});

describe('layers', () => {
  const red = () => tidy(() => torch.tensor([1, 0, 0]).view([3, 1, 1]));

  it('leave out what is no number', async () => {
    using image = torch.tensor([[0, Number.NaN, 1, Infinity]]);
    const [row] = await shown(image, { cmap: 'gray' });
    expect(row).toEqual([
      [0, 0, 0],
      [255, 255, 255],
      [255, 255, 255],
      [255, 255, 255],
    ]);
    using nothing = torch.full([1, 1], Number.NaN);
    expect(await shown(nothing)).toEqual([[[255, 255, 255]]]);
  });

  it('lie over one another by their extents', async () => {
    using under = torch.zeros([3, 4, 4]);
    using over = red();
    const axes = axesOf()
      .imshow(under)
      .imshow(over, { extent: [1, 3, 2, 0] });
    const found = blocksOf(await pictureIn(axes.figure), 4, 4);
    const isRed = found.map((row) => row.map(([first]) => (first === 255 ? 1 : 0)).join(''));
    expect(isRed).toEqual(['0110', '0110', '0000', '0000']);
  });

  it('are all shown, on white', async () => {
    using under = torch.zeros([3, 2, 2]);
    using over = red();
    const axes = axesOf()
      .imshow(under)
      .imshow(over, { extent: [2, 4, 4, 2] });
    const found = blocksOf(await pictureIn(axes.figure), 4, 4);
    const letters = found.map((row) =>
      row.map(([r, g]) => (g === 255 ? 'w' : r === 255 ? 'r' : 'b')).join(''),
    );
    expect(letters).toEqual(['bbww', 'bbww', 'wwrr', 'wwrr']);
  });

  it('turn as the first one does', async () => {
    using image = tidy(() => torch.arange(4).view([2, 2]).div(3));
    const upright = await shown(image, { cmap: 'gray' });
    expect(await shown(image, { cmap: 'gray', extent: [5, 6, 1, 2] })).toEqual(upright);
    const axes = axesOf()
      .imshow(image)
      .imshow(image, { cmap: 'gray', extent: [2, 0, 0, 2] });
    const found = blocksOf(await pictureIn(axes.figure), 2, 2);
    expect(found).toEqual(upright.map((row) => row.toReversed()).toReversed());
  });

  it('are copies', async () => {
    const image = new Image(torch.zeros([3, 2, 2]));
    const { figure } = axesOf().imshow(image);
    image.px.fill_(1);
    image.dispose();
    expect(blocksOf(await pictureIn(figure), 1, 1)).toEqual([[[0, 0, 0]]]);
  });

  it('say what they do not take', () => {
    using image = torch.zeros([2, 2]);
    using other = torch.zeros([2, 3, 3]);
    using empty = torch.zeros([3, 0, 4]);
    using complex = torch.zeros([2, 2], { dtype: 'complex64' });
    const draw = (options: object) => () => axesOf().imshow(image, options);
    expect(() => axesOf().imshow(other)).toThrow(
      'expected [rows, columns], or 1, 3 or 4 channels as [channels, rows, columns], got [2,3,3]',
    );
    expect(() => axesOf().imshow(empty)).toThrow('got [3,0,4]');
    expect(() => axesOf().imshow(complex)).toThrow('expected real numbers, got complex64');
    expect(() => axesOf().imshow('cat.jpg' as unknown as Image)).toThrow(
      "expected an image or a tensor, got 'cat.jpg'",
    );
    expect(draw({ cmap: 'jet' })).toThrow('cmap must be one of binary, gray, magma');
    expect(draw({ alpha: 1.5 })).toThrow('alpha must be from 0 to 1, got 1.5');
    expect(draw({ extent: [0, 0, 1, 2] })).toThrow('got [0,0,1,2]');
    expect(draw({ extent: [0, 1, 1] })).toThrow('got [0,1,1]');
    expect(draw({ interpolation: 'cubic' })).toThrow("'nearest' or 'bilinear', got 'cubic'");
    expect(draw({ vmin: 2, vmax: 1 })).toThrow('vmin 2 is not up to vmax 1');
    expect(draw({ norm: 'log' })).toThrow("no option 'norm'");
  });
});
