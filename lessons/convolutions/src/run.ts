import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { manualSeed, nn, type Tensor, tidy } from '@flambeau/core';
import { lessonAugmentation } from '@flambeau/lesson-tools';
import {
  type ColorMap,
  type Figure,
  getTransforms,
  type Image,
  type PaddingMode,
  plotMulti,
  showImage,
  subplots,
} from '@flambeau/vision';
import { averagePoolByHand } from './byHand/averagePool.js';
import { convolutionByHand } from './byHand/convolution.js';
import { lessonKernel, topEdgeKernel } from './kernels.js';
import { outputSize } from './outputSize.js';
import { openPhoto } from './photo.js';

export interface RunOptions {
  /** A folder of photographs, or null for a generated picture. */
  readonly data: string | null;
  /** Pixels along a side. */
  readonly size: number;
  readonly seed: number;
  /** Where pictures are written. */
  readonly out: string;
}

/** The lesson's second part up to the heatmap. @param print takes the lines to show */
export async function run(
  { data, size, seed, out }: RunOptions,
  print: (line: string) => void = console.log,
): Promise<void> {
  mkdirSync(out, { recursive: true });
  const { photo, origin } = await openPhoto(data);
  using source = photo;
  print(`${origin}, ${photo.size.join(' x ')}`);
  using picture = photo.applyTfms([], { size });
  const saved: string[] = [];
  const save = async (name: string, figure: Figure) => {
    await figure.save(join(out, `${name}.png`));
    saved.push(`${name}.png`);
  };

  for (const paddingMode of ['zeros', 'border', 'reflection'] as const) {
    await save(
      `augmented-${paddingMode}`,
      await augmentedNineTimes(source, { size, seed, paddingMode }),
    );
  }
  await save('edges', edgesOf(picture));
  printSizes(size, print);
  await save('stride-and-pooling', shrunk(picture));
  print(`${saved.join(', ')} are in ${out}`);
}

/** The same picture, with what chance does to it. */
function augmentedNineTimes(
  image: Image,
  { size, seed, paddingMode }: { size: number; seed: number; paddingMode: PaddingMode },
): Promise<Figure> {
  const [tfms] = getTransforms(lessonAugmentation);
  manualSeed(seed);
  return plotMulti(
    (_row, _column, ax) => {
      using augmented = image.applyTfms(tfms, { size, paddingMode });
      showImage(augmented, { ax });
    },
    3,
    3,
    { figsize: [8, 8] },
  );
}

/** What the lesson's kernel finds, by the operator and by hand. */
function edgesOf(picture: Image): Figure {
  return tidy(() => {
    const images = picture.px.unsqueeze(0);
    const kernel = lessonKernel();
    const edges = nn.functional.conv2d(images, kernel);
    const byHand = convolutionByHand(images, kernel);
    if (!edges.allclose(byHand, { atol: 1e-5 })) throw new Error('the two convolutions differ');
    return showImage(edges.select(0, 0), { figsize: [5, 5] });
  });
}

function printSizes(size: number, print: (line: string) => void): void {
  print('A convolution of 3 x 3 on a side of these pixels gives:');
  for (const [stride, padding] of [
    [1, 0],
    [1, 1],
    [2, 1],
  ] as const) {
    const result = outputSize(size, { kernel: 3, stride, padding });
    print(`  stride ${stride}, padding ${padding}: ${size} -> ${result}`);
  }
}

/** Edges at every place, at every second one, and means of 8 x 8 pixels. */
function shrunk(picture: Image): Figure {
  return tidy(() => {
    const grey = picture.px.mean(0, true).unsqueeze(0);
    const kernel = topEdgeKernel();
    const shown: readonly (readonly [title: string, map: Tensor, cmap?: ColorMap])[] = [
      ['top edges', convolutionByHand(grey, kernel, undefined, { padding: 1 })],
      ['stride 2', convolutionByHand(grey, kernel, undefined, { padding: 1, stride: 2 })],
      ['means of 8 x 8', averagePoolByHand(grey, 8), 'gray'],
    ];
    const figure = subplots(1, shown.length, { figsize: [9, 3] });
    for (const [i, [title, map, cmap]] of shown.entries()) {
      const ax = figure.axes[0]?.[i];
      showImage(map.select(0, 0), { title, ...(ax && { ax }), ...(cmap && { cmap }) });
    }
    return figure;
  });
}
