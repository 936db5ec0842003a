import { manualSeed, type Tensor, tidy, torch } from '@flambeau/core';
import {
  type ApplyTfmsOptions,
  brightness,
  contrast,
  crop,
  cropPad,
  cutout,
  defineTransform,
  dihedral,
  dihedralAffine,
  flipAffine,
  flipLr,
  getTransforms,
  Image,
  type ImageDraft,
  jitter,
  type Matrix,
  order,
  type PaddingMode,
  pad,
  perspectiveWarp,
  type RandTransform,
  randCrop,
  randPad,
  randResizeCrop,
  randZoom,
  rgbRandomize,
  rotate,
  skew,
  squish,
  symmetricWarp,
  tilt,
  zoom,
  zoomCrop,
  zoomSquish,
} from '@flambeau/vision';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const small = () =>
  new Image(
    torch.tensor([
      [
        [0.1, 0.2, 0.3, 0.4],
        [0.5, 0.6, 0.7, 0.8],
        [0.9, 0.25, 0.35, 0.45],
        [0.55, 0.65, 0.75, 0.85],
      ],
    ]),
  );
const ramp = () => new Image(torch.arange(64).float().div(64).view([1, 8, 8]));

/** The first rows of the image that `make` gives. */
function rowsOf(make: () => Image, count = 1): number[][] {
  return tidy(() => make().px.select(0, 0).narrow(0, 0, count).toArray()) as number[][];
}

function expectRows(make: () => Image, expected: readonly number[][]): void {
  const rows = rowsOf(make, expected.length);
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(rows[i]?.[j]).toBeCloseTo(value, 5);
    expect(rows[i]).toHaveLength(row.length);
  }
}

describe("the reference's figures", () => {
  const grey = () => new Image(torch.tensor([[[0.5, 0.1, 0.9]]]));

  it('of light (J91, J92)', () => {
    expectRows(() => brightness(grey(), { change: 0.7 }), [[0.7, 0.2058824, 0.9545455]]);
    expectRows(() => brightness(grey(), { change: 0.3 }), [[0.3, 0.0454545, 0.7941176]]);
    expectRows(() => contrast(grey(), { scale: 2 }), [[0.5, 0.0121951, 0.9878049]]);
    expectRows(() => contrast(grey(), { scale: 0.6 }), [[0.5, 0.2110953, 0.7889047]]);
  });

  it.each<[PaddingMode, number[], number[]]>([
    ['zeros', [0, 0, 0, 0], [0.09467, 0.355025, 0.708579, 0.236675]],
    ['border', [0.1, 0.15, 0.35, 0.4], [0.25, 0.355025, 0.708579, 0.625]],
    ['reflection', [0.475, 0.5625, 0.575, 0.475], [0.498528, 0.355025, 0.708579, 0.562868]],
  ])('of what lies outside: %s (J96, J97)', (paddingMode, zoomed, rotated) => {
    expectRows(() => small().applyTfms([zoom({ scale: 0.5 })], { paddingMode }), [zoomed]);
    expectRows(() => small().applyTfms([rotate({ degrees: 45 })], { paddingMode }), [rotated]);
  });

  it('of crops (J98)', () => {
    expectRows(
      () => crop(small(), { size: 2 }),
      [
        [0.6, 0.7],
        [0.25, 0.35],
      ],
    );
    expectRows(
      () => crop(small(), { size: 2, rowPct: 0, colPct: 1 }),
      [
        [0.3, 0.4],
        [0.7, 0.8],
      ],
    );
  });

  it('of resizing, with areas averaged first (J99, J100)', () => {
    expectRows(
      () => small().applyTfms([], { size: 2 }),
      [
        [0.1, 0.4],
        [0.55, 0.85],
      ],
    );
    expectRows(
      () => small().applyTfms([], { size: 8 }),
      [[0.1, 0.142857, 0.185714, 0.228571, 0.271429, 0.314286, 0.357143, 0.4]],
    );
    expectRows(
      () => ramp().applyTfms([], { size: 2 }),
      [
        [0.0703125, 0.1640625],
        [0.8203125, 0.9140625],
      ],
    );
    expectRows(() => ramp().applyTfms([], { size: 3 }), [[0.070312, 0.117188, 0.164062]]);
  });

  it('of the coefficients of a warp (J95)', () => {
    for (const [magnitude, expected] of [
      [
        [0.2, 0, 0, 0],
        [1, 0, 0.090909, 0, 0.909091, 0, 0.090909, 0],
      ],
      [
        [0, 0, 0.2, 0],
        [0.909091, 0, 0, 0, 1, 0.090909, 0, 0.090909],
      ],
      [
        [0.4, -0.2, 0.1, 0.3],
        [0.833333, -0.04498, 0.27685, -0.041232, 0.909091, -0.096827, 0.230709, -0.088025],
      ],
    ] as const) {
      const found: Matrix[] = [];
      const draft = { project: (matrix: Matrix) => found.push(matrix) };
      const { apply } = symmetricWarp.definition;
      apply(draft as unknown as ImageDraft, { magnitude, invert: false });
      for (const [i, it] of expected.entries()) expect(found[0]?.[i]).toBeCloseTo(it, 5);
    }
  });

  it('of the ways to lay an image (J101)', () => {
    expectRows(() => dihedral(small(), { k: 1 }), [[0.55, 0.65, 0.75, 0.85]]);
    expectRows(() => dihedralAffine(small(), { k: 1 }), [[0.4, 0.3, 0.2, 0.1]]);
  });

  /** Leaves an image as it was resized for a crop. */
  const uncropped = defineTransform<object>({
    name: 'uncropped',
    order: order.crop,
    defaults: { size: 0, paddingMode: 'zeros' },
    draws: {},
    apply: () => {},
  });

  it.each<[number[], ApplyTfmsOptions, resized: number[], size: number[]]>([
    [[618, 1100], { size: 352 }, [352, 627], [352, 352]],
    [[618, 1100], { size: 352, resizeMethod: 'pad' }, [198, 352], [352, 352]],
    [[233, 300], { size: 224 }, [224, 288], [224, 224]],
    [[500, 375], { size: 224 }, [299, 224], [224, 224]],
    [[618, 1100], { size: [100, 200] }, [100, 200], [100, 200]],
    [[233, 300], { size: 225, mult: 32 }, [224, 288], [224, 224]],
    [[233, 300], { size: 240, mult: 32, resizeMethod: 'squish' }, [256, 256], [256, 256]],
    [[31, 40], { size: 20, resizeMethod: 'no' }, [31, 40], [31, 40]],
    [[500, 2], { size: 20, resizeMethod: 'pad', paddingMode: 'zeros' }, [20, 1], [20, 20]],
  ])('of sizes: %j with %j (E.5, J105)', (from, options, resized, size) => {
    tidy(() => {
      const image = new Image(torch.rand([3, ...from]));
      expect(image.applyTfms([uncropped()], options).size).toEqual(resized);
      expect(image.applyTfms([], options).size).toEqual(size);
    });
  });
});

describeWithOracle('transforms are those of the formulas', (oracle) => {
  // The places of the result's pixels, mapped as the reference says, and sampled by PyTorch.
  const python = `
import math
def linspace(n): return torch.linspace(-1, 1, n, dtype=torch.float64)
rows, cols = x.shape[1:]
gy, gx = torch.meshgrid(linspace(rows), linspace(cols), indexing='ij')
square = [(-1, -1), (-1, 1), (1, -1), (1, 1)]
def perspective(targ, orig=square):
    a, b = [], []
    for (p, q), (u, v) in zip(targ, orig):
        a += [[p, q, 1, 0, 0, 0, -u * p, -u * q], [0, 0, 0, p, q, 1, -v * p, -v * q]]
        b += [u, v]
    c = torch.linalg.solve(torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64))
    w = c[6] * gx + c[7] * gy + 1
    return (c[0] * gx + c[1] * gy + c[2]) / w, (c[3] * gx + c[4] * gy + c[5]) / w
def affine(m, px, py):
    (a, b, c), (d, e, f) = m
    return a * px + b * rows / cols * py + c, d * cols / rows * px + e * py + f
def sample(px, py, mode='reflection'):
    grid = torch.stack([px, py], -1)[None].float()
    return F.grid_sample(x[None], grid, 'bilinear', mode, align_corners=True)[0]
`;
  const image = () => torch.rand([3, 12, 17]);
  const compare = (make: (image: Image) => Image, expression: string) =>
    oracle.compare(({ x }) => make(new Image(x)).px, `${python}\nresult = ${expression}`, {
      x: image(),
    });

  it.each([-37, 20, 180])('rotate by %d degrees, on a grid that is not square', (degrees) => {
    const a = (degrees * Math.PI) / 180;
    const m = `[[${Math.cos(a)}, ${-Math.sin(a)}, 0], [${Math.sin(a)}, ${Math.cos(a)}, 0]]`;
    return compare((it) => rotate(it, { degrees }), `sample(*affine(${m}, gx, gy))`);
  });

  it('zoom and squish', async () => {
    const position = { rowPct: 0.2, colPct: 0.9 };
    await compare(
      (it) => zoom(it, { scale: 1.3, ...position }),
      'sample(*affine([[1/1.3, 0, (1-1/1.3)*0.8], [0, 1/1.3, (1-1/1.3)*-0.6]], gx, gy))',
    );
    await compare(
      (it) => squish(it, { scale: 0.7, ...position }),
      'sample(*affine([[0.7, 0, 0.3*0.8], [0, 1, 0]], gx, gy))',
    );
    await compare(
      (it) => squish(it, { scale: 1.6, ...position }),
      'sample(*affine([[1, 0, 0], [0, 1/1.6, (1-1/1.6)*-0.6]], gx, gy))',
    );
  });

  it('warps of a perspective', async () => {
    await compare(
      (it) => symmetricWarp(it, { magnitude: [0.4, -0.2, 0.1, 0.3] }),
      'sample(*perspective([(-1.3, -0.8), (-1.1, 0.8), (1.3, -1.4), (1.1, 1.4)]))',
    );
    await compare(
      (it) => perspectiveWarp(it, { magnitude: [0.1, -0.2, 0.3, 0, -0.1, 0.2, 0.05, -0.3] }),
      'sample(*perspective([(-0.9, -1.2), (-0.7, 1), (0.9, -0.8), (1.05, 0.7)]))',
    );
    const tilted = [
      '(-1, -1), (-1, 1), (1, -1.3), (1, 1.3)',
      '(-1, -1.3), (-1, 1.3), (1, -1), (1, 1)',
      '(-1, -1), (-1.3, 1), (1, -1), (1.3, 1)',
      '(-1.3, -1), (-1, 1), (1.3, -1), (1, 1)',
    ];
    for (const [direction, corners] of tilted.entries()) {
      await compare(
        (it) => tilt(it, { direction, magnitude: 0.3 }),
        `sample(*perspective([${corners}]))`,
      );
    }
    await compare(
      (it) => skew(it, { direction: 4, magnitude: 0.3 }),
      'sample(*perspective([(-1, -1), (-1, 1), (1.3, -1), (1, 1)]))',
    );
    await compare(
      (it) => skew(it, { direction: 3, magnitude: 0.3 }),
      'sample(*perspective([(-1, -1), (-1, 1.3), (1, -1), (1, 1)]))',
    );
  });

  it.each<PaddingMode>(['zeros', 'border', 'reflection'])('all moves at once: %s', (mode) =>
    compare(
      (it) =>
        it.applyTfms(
          [
            zoom({ scale: 1.2, colPct: 0.1 }),
            flipLr(),
            rotate({ degrees: 15 }),
            symmetricWarp({ magnitude: [0.2, 0.2, 0.2, 0.2], isRandom: false }),
            contrast({ scale: 1.5 }),
            brightness({ change: 0.4 }),
          ],
          { paddingMode: mode },
        ),
      `(lambda c, s, z: torch.sigmoid(
  torch.logit(sample(*affine([[z * c, -z * s, (1 - z) * -0.8], [z * s, z * c, 0]], *perspective(
    [(-1.2, -1.2), (-1.2, 1.2), (1.2, -1.2), (1.2, 1.2)])), '${mode}'), eps=1e-7)
  * 1.5 + math.log(0.4 / 0.6)).flip(2))(math.cos(math.pi / 12), math.sin(math.pi / 12), 1 / 1.2)`,
    ),
  );

  it('a random part, turned', () =>
    compare(
      (it) =>
        it.applyTfms([
          rotate({ degrees: 30 }),
          zoomSquish({ scale: [2], squish: [1.3], invert: [false], rowPct: 0.2, isRandom: false }),
        ]),
      `(lambda c, s, w, h: sample(*affine([[c, -s, 0], [s, c, 0]], w * gx, h * gy + (1 - h) * -0.6)))(
  math.cos(math.pi / 6), math.sin(math.pi / 6), (1.3 / 2) ** 0.5, (1 / 1.3 / 2) ** 0.5)`,
    ));

  it('warps back what was warped', () =>
    compare(
      (it) => symmetricWarp(it, { magnitude: [0.4, -0.2, 0.1, 0.3], invert: true }),
      'sample(*perspective(square, [(-1.3, -0.8), (-1.1, 0.8), (1.3, -1.4), (1.1, 1.4)]))',
    ));

  it('the eight ways to lay an image', async () => {
    for (const k of [0, 1, 2, 3, 4, 5, 6, 7]) {
      await oracle.compare(
        ({ x }) => dihedral(new Image(x), { k }).px,
        `y = x
if ${k} & 1: y = y.flip(1)
if ${k} & 2: y = y.flip(2)
result = (y.transpose(1, 2) if ${k} & 4 else y).contiguous()`,
        { x: image() },
        {},
      );
    }
  });

  it('pads', async () => {
    for (const [mode, theirs] of [
      ['zeros', 'constant'],
      ['border', 'replicate'],
      ['reflection', 'reflect'],
    ] as const) {
      await oracle.compare(
        ({ x }) => pad(new Image(x), { padding: 5, mode }).px,
        `F.pad(x, (5, 5, 5, 5), '${theirs}')`,
        { x: image() },
      );
    }
  });
});

describe('random transforms', () => {
  const drawn = (tfm: RandTransform, count = 300) =>
    Array.from({ length: count }, () => tfm.draw());

  it('draw from their ranges', () => {
    manualSeed(1);
    const degrees = drawn(rotate({ degrees: [-20, 10] })).map(
      (it) => (it as { degrees: number }).degrees,
    );
    expect(Math.min(...degrees)).toBeGreaterThanOrEqual(-20);
    expect(Math.min(...degrees)).toBeLessThan(-19);
    expect(Math.max(...degrees)).toBeGreaterThan(9);
    expect(Math.max(...degrees)).toBeLessThan(10);
    const scales = drawn(contrast({ scale: [0.5, 2] })).map(
      (it) => (it as { scale: number }).scale,
    );
    const larger = scales.filter((scale) => scale > 1).length;
    expect(larger).toBeGreaterThan(110);
    expect(larger).toBeLessThan(190);
    const ways = new Set(drawn(dihedralAffine()).map((it) => (it as { k: number }).k));
    expect([...ways].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const [warp] = drawn(symmetricWarp({ magnitude: [-0.2, 0.2] }), 1) as [{ magnitude: number[] }];
    expect(new Set(warp.magnitude).size).toBe(4);
  });

  it('take what is no range as it is given, and all of it without chance', () => {
    expect(zoom({ scale: 1.5 }).draw()).toEqual({ scale: 1.5, rowPct: 0.5, colPct: 0.5 });
    const magnitude = [0.1, 0.2, 0.3, 0.4];
    expect(symmetricWarp({ magnitude, isRandom: false, p: 0 }).draw()).toEqual({
      magnitude,
      invert: false,
    });
  });

  it('happen as often as they shall', () => {
    manualSeed(2);
    const happened = drawn(flipLr({ p: 0.25 }), 2000).filter((it) => it !== undefined).length;
    expect(happened).toBeGreaterThan(420);
    expect(happened).toBeLessThan(580);
  });

  it('are repeated by a seed, and by what was drawn', () => {
    tidy(() => {
      const image = new Image(torch.rand([3, 20, 30]));
      const [tfms] = getTransforms({ maxRotate: 20 });
      manualSeed(3);
      const once = image.applyTfms(tfms, { size: 16 }).px;
      manualSeed(3);
      expect(image.applyTfms(tfms, { size: 16 }).px.equal(once)).toBe(true);
      expect(image.applyTfms(tfms, { size: 16 }).px.equal(once)).toBe(false);
      const parameters = tfms.map((tfm) => tfm.draw());
      const mask = image.applyTfms(tfms, { size: 16, drawn: parameters }).px;
      expect(image.applyTfms(tfms, { size: 16, drawn: parameters }).px.equal(mask)).toBe(true);
    });
  });

  it('blacken holes, add noise and move pixels', () => {
    tidy(() => {
      manualSeed(4);
      const image = new Image(torch.ones([3, 30, 40]));
      const holes = cutout({ nHoles: [2, 2], length: [6, 6] });
      const black = Number(image.applyTfms([holes]).px.eq(0).sum().item());
      expect(black).toBeGreaterThan(0);
      expect(black).toBeLessThanOrEqual(3 * 2 * 36);
      expect(black % 3).toBe(0);
      const noisy = rgbRandomize(image, { channel: 1, thresh: 0.3 }).px;
      expect(Number(noisy.select(0, 1).max().item())).toBeLessThanOrEqual(0.3);
      expect(noisy.select(0, 0).eq(1).all().item()).toBe(true);
      expect(image.px.eq(1).all().item()).toBe(true);
      const wide = ramp();
      const moved = jitter(wide, { magnitude: 0.1 }).px.sub(wide.px).abs().max().item();
      expect(Number(moved)).toBeGreaterThan(0.01);
      expect(Number(moved)).toBeLessThan(0.5);
    });
  });

  it('crop at random places, and zoom', () => {
    tidy(() => {
      manualSeed(5);
      const image = new Image(torch.rand([1, 20, 30]));
      const sizes = [
        randPad(4, 20),
        [randCrop()],
        zoomCrop([1, 2], { doRand: true }),
        zoomCrop(1.5),
        randResizeCrop(20),
        [randZoom({ scale: [1, 1.5] }), cropPad()],
      ].map((tfms) => image.applyTfms(tfms, { size: 20 }).size);
      expect(sizes).toEqual(sizes.map(() => [20, 20]));
      const places = new Set(
        Array.from({ length: 20 }, () =>
          image.applyTfms([randCrop()], { size: 10 }).px.sum().item(),
        ),
      );
      expect(places.size).toBeGreaterThan(5);
    });
  });

  it('crop to the size that an image had', () => {
    tidy(() => {
      const image = new Image(torch.rand([1, 20, 30]));
      const tfms = [pad({ padding: 4 }), cropPad()];
      expect(image.applyTfms(tfms).px.equal(image.px)).toBe(true);
      expect(image.applyTfms(tfms, { mult: 8 }).size).toEqual([24, 32]);
      expect(image.applyTfms(tfms, { resizeMethod: 'squish' }).size).toEqual([28, 38]);
    });
  });

  it('find a part within the image, or its middle', () => {
    tidy(() => {
      const image = new Image(torch.rand([1, 20, 40]));
      const part = { squish: [1.5], invert: [false], isRandom: false } as const;
      const whole = image.applyTfms([zoomSquish({ scale: [1], ...part })]).px;
      const middle = image.applyTfms([squish({ scale: 0.5 })]).px;
      expect(whole.allclose(middle)).toBe(true);
      const within = image.applyTfms([zoomSquish({ scale: [4], ...part })]).px;
      expect(within.allclose(middle)).toBe(false);
    });
  });
});

describe('getTransforms', () => {
  const names = (tfms: readonly RandTransform[]) => tfms.map(({ name }) => name);

  it("gives fast.ai's lists (E.4)", () => {
    const [train, valid] = getTransforms();
    expect(names(train)).toEqual([
      'cropPad',
      'flipLr',
      'symmetricWarp',
      'rotate',
      'zoom',
      'brightness',
      'contrast',
    ]);
    expect(names(valid)).toEqual(['cropPad']);
    expect(train.slice(1).map(({ p }) => p)).toEqual([0.5, 0.75, 0.75, 0.75, 0.75, 0.75]);
    expect(train.slice(2).map(({ given }) => Object.values(given)[0])).toEqual([
      [-0.2, 0.2],
      [-10, 10],
      [1, 1.1],
      [0.4, 0.6],
      [0.8, 1.25],
    ]);
    const [lesson] = getTransforms({
      maxRotate: 20,
      maxZoom: 1.3,
      maxLighting: 0.4,
      maxWarp: 0.4,
      pAffine: 1,
      pLighting: 1,
    });
    const ranges = lesson.slice(2).map(({ given }) => Object.values(given)[0] as number[]);
    expect(ranges.flat()).toEqual([-0.4, 0.4, -20, 20, 1, 1.3, 0.3, 0.7, 0.6, 1 / 0.6]);
  });

  it('leaves out what is 0, and adds what is given', () => {
    const [train] = getTransforms({
      doFlip: false,
      maxRotate: 0,
      maxZoom: 1,
      maxLighting: 0,
      maxWarp: 0,
      xtraTfms: [cutout()],
    });
    expect(names(train)).toEqual(['cropPad', 'cutout']);
    expect(names(getTransforms({ flipVert: true })[0])[1]).toBe('dihedralAffine');
  });
});

describe('an image that a transform leaves as it is', () => {
  it('is another one', () => {
    using image = tidy(small);
    for (const make of [
      () => rotate(image, { degrees: 0 }),
      () => dihedral(image, { k: 0 }),
      () => image.applyTfms([]),
    ]) {
      make().dispose();
      expect(tidy(() => image.px.sum().item())).toBeCloseTo(8.35, 5);
    }
  });
});

describe('lists of transforms', () => {
  it('refuse what they do not know', () => {
    for (const make of [randCrop, randZoom, getTransforms]) {
      expect(() => make({ other: 1 } as never)).toThrow("has no option 'other'");
    }
    for (const make of [zoomCrop, randResizeCrop]) {
      expect(() => make(2, { other: 1 } as never)).toThrow("has no option 'other'");
    }
    expect(() => randPad(2, 8, { other: 1 } as never)).toThrow("has no option 'other'");
    expect(() => getTransforms({ maxRotate: -5 })).toThrow('maxRotate must be from 0');
    expect(() => getTransforms({ maxLighting: 1 })).toThrow('from 0 to below 1, got 1');
  });
});

describe('a transform of one’s own', () => {
  const invert = defineTransform<{ readonly strength: number }>({
    name: 'invert',
    order: order.pixel,
    defaults: { strength: 1 },
    draws: {},
    apply: (draft, { strength }) =>
      draft.pixelwise((pixels: Tensor) => pixels.lerp(pixels.mul(-1).add(1), strength)),
  });

  it('is called and drawn as the others are', () => {
    expectRows(() => invert(small()), [[0.9, 0.8, 0.7, 0.6]]);
    expectRows(() => small().applyTfms([invert({ strength: 0 })]), [[0.1, 0.2, 0.3, 0.4]]);
    expect(invert.name).toBe('invert');
  });
});

describe('bad input', () => {
  it('is named', () => {
    tidy(() => {
      const image = small();
      expect(() => new Image(torch.zeros([4, 4]))).toThrow(
        '[channels, rows, columns], got float32 [4,4]',
      );
      expect(() => rotate(image, { angle: 3 } as never)).toThrow("has no option 'angle'");
      expect(() => rotate({ degrees: [0, 1], p: 2 })).toThrow('p must be a probability');
      expect(() => zoom({ row: 1 } as never)).toThrow("zoom() has no option 'row'");
      expect(() => image.applyTfms([], { size: 0 })).toThrow('whole numbers above 0');
      expect(() => image.applyTfms([], { width: 3 } as never)).toThrow("has no option 'width'");
      expect(() => image.applyTfms([rotate] as never)).toThrow(
        'applyTfms: expected transforms, such as rotate({ degrees: 10 }), got [Function: rotate]',
      );
      expect(() => image.applyTfms([rotate()], { drawn: [] })).toThrow('for 1 transforms, got 0');
      for (const option of ['resizeMethod', 'paddingMode', 'mode']) {
        expect(() => image.applyTfms([], { [option]: 'other' })).toThrow(
          new RegExp(`^applyTfms: ${option} must be '.*', got 'other'$`),
        );
      }
      expect(() => image.applyTfms([], { size: 8, mult: 0 })).toThrow(
        'mult must be a whole number',
      );
      expect(() => image.applyTfms([], { size: 8, mult: 17 })).toThrow(
        'mult 17 rounds a size of 8 x 8 to nothing',
      );
      expect(() => brightness(image, { change: 1 })).toThrow('between 0 and 1, got 1');
      expect(() => contrast(image, { scale: 0 })).toThrow('above 0, got 0');
      expect(() => crop(image, { size: 5 })).toThrow('4 x 4 is smaller than 5 x 5');
      expect(() => pad(image, { padding: 4 })).toThrow('reflection adds fewer pixels');
      expect(() => cropPad(image, { size: 12 })).toThrow('reflection adds fewer pixels');
      expect(() => symmetricWarp(image, { magnitude: [1] })).toThrow('must be 4 numbers, got 1');
      expect(() => symmetricWarp({ magnitude: [1, 2, 3, 4] })).toThrow(
        'symmetricWarp: magnitude is drawn from a number or from [low, high], got [ 1, 2, 3, 4 ]',
      );
      expect(() => rotate({ degrees: '3' } as never)).toThrow("[low, high], got '3'");
      expect(() => zoom(image, { scale: 0 })).toThrow('zoom: scale must be above 0, got 0');
      expect(() => squish(image, { scale: -1 })).toThrow('squish: scale must be above 0, got -1');
      expect(() => zoomSquish(image, { scale: [0] })).toThrow('scale must be above 0, got 0');
      expect(() => dihedral(image, { k: 8 })).toThrow(
        'k must be a whole number from 0 to 7, got 8',
      );
      expect(() => dihedralAffine(image, { k: -1 })).toThrow('from 0 to 7, got -1');
      expect(() => pad(image, { padding: -1 })).toThrow('padding must be a whole number from 0 up');
      expect(() => tilt(image, { direction: 4 })).toThrow('from 0 to 3, got 4');
      expect(flipAffine(image).px.flip([2]).allclose(image.px)).toBe(true);
    });
  });
});
