import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataLoader, type SupervisedBatch, type Tensor, tidy, torch } from '@flambeau/core';
import { lessonAugmentation } from '@flambeau/lesson-tools';
import { getImageFiles, getTransforms, Image, ImageList } from '@flambeau/vision';
import type { BenchCase } from '../case.js';

const [count, batchSize, size] = [128, 32, 224];

/** Photographs in batches: files read, augmented as in the lesson. */
export const images: BenchCase = {
  name: `reading ${count} photographs`,
  target: null,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'flambeau-bench-'));
    const data = process.env.FLAMBEAU_DATA;
    if (data === undefined) await generate(folder);
    const source = data === undefined ? folder : join(data, 'pets', 'images');
    const paths = getImageFiles(source).slice(0, count);
    const [tfms] = getTransforms(lessonAugmentation);
    const targets = torch.zeros([paths.length]);
    const dataset = ImageList.fromPaths(paths).transformed(tfms, { size }).dataset(targets);
    const loader = new DataLoader<unknown, SupervisedBatch>(dataset, { batchSize });
    const pass = async () => {
      const batches = loader.batches();
      let shape: readonly number[] = [];
      while (await batches.ready()) {
        tidy(() => {
          shape = (batches.take()[0] as Tensor).shape;
        });
      }
      return shape;
    };
    const python = (label: string, workers: number) => ({
      label,
      module: 'images',
      arguments: { paths, size, workers, batch_size: batchSize },
    });
    return {
      async run(repetitions) {
        for (let i = 0; i < repetitions; i++) await pass();
      },
      python: [python('no workers', 0), python('workers on all cores', availableParallelism())],
      async finish(peers) {
        const ours = await pass();
        for (const peer of peers) {
          const theirs = (await peer.finish()) as readonly number[];
          if (`${theirs}` !== `${ours}`)
            throw new Error(`expected [${ours}], Python has [${theirs}]`);
        }
        return [`${data === undefined ? 'generated images' : 'pets'}, batches of [${ours}]`];
      },
      [Symbol.dispose]() {
        targets.dispose();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

/** Smooth noise of the size that photographs of the lesson have. */
async function generate(folder: string): Promise<void> {
  for (let i = 0; i < count; i++) {
    using image = tidy(() =>
      new Image(torch.rand([3, 12, 16])).applyTfms([], { size: [375, 500], mode: 'bicubic' }),
    );
    await image.save(join(folder, `${i}.jpg`));
  }
}
