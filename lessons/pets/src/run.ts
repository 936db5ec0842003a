import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BnFreeze, type Learner, type LearningRate, manualSeed, metrics } from '@flambeau/core';
import { ClassificationInterpretation } from '@flambeau/interpret';
import { cnnLearner, type ImageDataBunch, models, plotMulti, showImage } from '@flambeau/vision';
import { lessonData, openPets } from './data.js';
import { showHeatmaps } from './heatmaps.js';

/** The networks that the program offers. */
export const architectures = [
  'resnet18',
  'resnet34',
  'resnet50',
  'squeezenet1_1',
  'mobilenetV2',
] as const;

export interface RunOptions {
  /** A folder of photographs, or null for generated pictures. */
  readonly data: string | null;
  readonly arch: (typeof architectures)[number];
  /** A file with weights. Default: ImageNet's. */
  readonly weights?: string | undefined;
  /** The weights have those of the batch norms folded in, which then stay as they are. */
  readonly folded: boolean;
  readonly pretrained: boolean;
  /** All three stages. */
  readonly full: boolean;
  /** Epochs of the first stage. */
  readonly epochs: number;
  /** Pixels along a side. */
  readonly size: number;
  readonly batchSize: number;
  readonly numWorkers: number;
  readonly seed: number;
  /** Where pictures and weights are written. */
  readonly out: string;
  readonly signal?: AbortSignal;
  /** Shows no table of epochs. Default false. */
  readonly silent?: boolean;
}

/** Generated pictures of each breed. */
const generatedCount = 40;

/**
 * The lesson from photographs to heatmaps; prints what it does.
 * @returns the share of validation images that the last model names wrongly
 */
export async function run(
  options: RunOptions,
  print: (line: string) => void = console.log,
): Promise<number> {
  const { arch, weights, folded, pretrained, out, seed } = options;
  manualSeed(seed);
  using source = await openPets(options.data, generatedCount);
  print(source.origin);
  mkdirSync(out, { recursive: true });
  using data = lessonData(source.folder, options);
  print(
    `${data.trainDs.length} images train, ${data.validDs.length} validate; ` +
      `${data.c} breeds, ${data.classes?.[0]} first`,
  );
  await showAugmented(data, join(out, 'augmented.png'));
  await (await data.showBatch({ rows: 3 })).save(join(out, 'batch.png'));

  using learn = await cnnLearner(data, models[arch], {
    metrics: [metrics.errorRate],
    bnFinal: true,
    pretrained,
    path: out,
    silent: options.silent ?? false,
    ...(weights !== undefined && { weights }),
    ...(folded && { trainBn: false, callbackFns: [(of: Learner) => new BnFreeze(of)] }),
  });
  using _model = learn.model;
  await train(learn, source.folder, options);

  using interp = await ClassificationInterpretation.fromLearner(learn);
  await interp.plotConfusionMatrix().save(join(out, 'confusion.svg'));
  await (await interp.plotTopLosses(9, { heatmap: true })).save(join(out, 'top-losses.png'));
  for (const [actual, predicted, count] of interp.mostConfused(2)) {
    print(`  ${count} times ${actual} was taken for ${predicted}`);
  }
  await (await showHeatmaps(learn, data)).save(join(out, 'heatmaps.png'));
  const [, error] = (await learn.validate()) as [number, number];
  print(`Error rate: ${error.toFixed(6)}`);
  print(
    `augmented.png, batch.png, confusion.svg, top-losses.png, heatmaps.png and models/ are in ${out}`,
  );
  return error;
}

/** The head alone; with `full`, all layers after it, and then on larger images. */
async function train(learn: Learner, folder: string, options: RunOptions): Promise<void> {
  const { full, epochs, pretrained, signal } = options;
  const fit = async (name: string, count: number, lr: LearningRate, pctStart: number) => {
    await learn.fitOneCycle(count, lr, { pctStart, ...(signal && { signal }) });
    learn.save(name);
  };
  // Random weights need smaller steps, and longer to come to rest.
  if (pretrained) await fit('stage-1', epochs, { stop: 1e-2 }, 0.8);
  else await fit('stage-1', epochs, 2e-3, 0.3);
  if (!full) return;
  learn.unfreeze();
  await fit('stage-2', 2, { start: 1e-6, stop: 1e-3 }, 0.8);
  using larger = lessonData(folder, { ...options, size: 352 });
  learn.data = larger;
  await fit('352', 2, { start: 1e-6, stop: 1e-4 }, 0.3);
}

/** One image nine times, as training may see it. */
async function showAugmented(data: ImageDataBunch, path: string): Promise<void> {
  const figure = await plotMulti(
    async (_row, _column, ax) => {
      const [image] = await data.trainDs.get(3);
      using shown = image;
      showImage(shown, { ax });
    },
    3,
    3,
    { figsize: [8, 8] },
  );
  await figure.save(path);
}
