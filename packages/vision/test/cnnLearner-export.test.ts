import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataBunch, Learner, nn, type Tensor, tidy } from '@flambeau/core';
import {
  cnnLearner,
  defineTransform,
  type ImageDataBunch,
  ImageList,
  imagenetStats,
  loadCnnLearner,
  models,
  openImage,
  order,
} from '@flambeau/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { dataOf, writeImages } from './colouredImages.js';

expectNoLeaks();

let folder = '';
let data: ImageDataBunch;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-export-'));
  await writeImages(folder, 3, 2);
  data = dataOf(folder, 64, 2);
});
afterAll(() => {
  data.dispose();
  rmSync(folder, { recursive: true });
});

/** Probabilities that the learner predicts for the image in a file. */
async function predicted(learn: Learner, file: string): Promise<readonly [unknown, number[]]> {
  using image = await openImage(file);
  return tidy(() => {
    const { label, output } = learn.predict(image);
    return [label, (output as Tensor).toArray() as number[]];
  });
}

const photograph = () => join(folder, 'class01_1.png');

describe('a learner of images that was exported', () => {
  it.each([
    models.resnet18,
    models.resnet50,
    models.squeezenet1_1,
    models.densenet121,
    models.mobilenetV2,
    models.alexnet,
    models.vgg11Bn,
  ] as const)('predicts with %o as before', async (arch) => {
    using learn = await cnnLearner(data, arch as models.Architecture, {
      pretrained: false,
      silent: true,
    });
    using _model = learn.model;
    const before = await predicted(learn, photograph());
    learn.export('cnn.safetensors');
    using loaded = loadCnnLearner(folder, 'cnn.safetensors', { device: 'cpu' });
    using _loaded = loaded.model;
    expect(await predicted(loaded, photograph())).toEqual(before);
    expect(loaded.data.classes).toEqual(['class00', 'class01', 'class02']);
    expect((loaded.data as ImageDataBunch).stats).toEqual(imagenetStats);
    expect(`${loaded.model}`).toBe(`${learn.model}`);
    (loaded.data as ImageDataBunch).dispose();
  });

  it('has its trained weights in another process', async () => {
    using learn = await cnnLearner(data, models.squeezenet1_1, { pretrained: false, silent: true });
    using _model = learn.model;
    await learn.fit(1, 1e-3);
    const before = await predicted(learn, photograph());
    learn.export('other.safetensors');
    const program = `
      import { loadCnnLearner, openImage } from '@flambeau/vision';
      const learn = loadCnnLearner(process.argv[1], 'other.safetensors', { device: 'cpu' });
      const { label, output } = learn.predict(await openImage(process.argv[2]));
      console.log(JSON.stringify([label, output.toArray()]));`;
    const args = ['--input-type=module', '-e', program, folder, photograph()];
    const printed = execFileSync(process.execPath, args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual(before);
  });

  it('predicts a folder', async () => {
    using learn = await cnnLearner(data, models.squeezenet1_1, { pretrained: false, silent: true });
    using _model = learn.model;
    learn.export('folder.safetensors');
    const test = ImageList.fromFolder(folder);
    using loaded = loadCnnLearner(folder, 'folder.safetensors', { test, bs: 4, device: 'cpu' });
    using _loaded = loaded.model;
    const [preds, targets] = await loaded.getPreds({ dsType: 'test' });
    const rows = preds.toArray() as number[][];
    expect(rows.length).toBe(6);
    const [, alone] = await predicted(learn, photograph());
    for (const [i, value] of alone.entries()) expect(rows[3]?.[i]).toBeCloseTo(value, 5);
    for (const tensor of [preds, targets]) (tensor as Tensor).dispose();
    (loaded.data as ImageDataBunch).dispose();
  });

  it('has transforms of one’s own, when they are given', async () => {
    const darker = defineTransform<object>({
      name: 'darker',
      order: order.pixel,
      defaults: {},
      draws: {},
      apply: (draft) => draft.pixelwise((pixels) => pixels.mul(0.5)),
    });
    using dark = ImageList.fromFolder(folder)
      .splitNone()
      .labelFromRe('([^/]+)_\\d+.png$')
      .transform([[], [darker()]], { size: 64 })
      .databunch({ bs: 2, device: 'cpu' });
    using learn = await cnnLearner(dark, models.squeezenet1_1, { pretrained: false, silent: true });
    using _model = learn.model;
    const before = await predicted(learn, photograph());
    learn.export('dark.safetensors');
    const from = { device: 'cpu' } as const;
    expect(() => loadCnnLearner(folder, 'dark.safetensors', from)).toThrow("'darker'");
    const tfms = [darker.definition];
    using loaded = loadCnnLearner(folder, 'dark.safetensors', { ...from, tfms });
    using _loaded = loaded.model;
    expect(await predicted(loaded, photograph())).toEqual(before);
    expect((loaded.data as ImageDataBunch).stats).toBeUndefined();
    (loaded.data as ImageDataBunch).dispose();
  });

  it('is told from others', () => {
    const bunch = DataBunch.create([], null);
    using model = new nn.Linear(1, 1);
    using learn = new Learner(bunch, model, { lossFunc: new nn.MSELoss(), path: folder });
    learn.export('plain.safetensors');
    expect(() => loadCnnLearner(folder, 'plain.safetensors')).toThrow(
      'the export is not that of a learner of images: use loadLearner',
    );
  });
});
