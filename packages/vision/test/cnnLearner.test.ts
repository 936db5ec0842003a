import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  io,
  type Learner,
  metrics,
  modelSizes,
  nn,
  numFeaturesModel,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import {
  type CnnLearnerOptions,
  cnnLearner,
  createCnn,
  createCnnModel,
  type ImageDataBunch,
  models,
} from '@flambeau/vision';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { dataOf, writeImages } from './colouredImages.js';

expectNoLeaks();

let folder = '';
let data: ImageDataBunch;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-cnn-'));
  await writeImages(folder, 37, 2);
  data = dataOf(folder, 352, 1);
});
afterAll(() => {
  data.dispose();
  rmSync(folder, { recursive: true });
});
afterEach(() => vi.unstubAllEnvs());

const numelOf = (tensors: readonly { readonly shape: readonly number[] }[]) =>
  tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
const trainable = (model: nn.AnyModule) =>
  numelOf([...model.parameters()].filter(({ requiresGrad }) => requiresGrad));

/** Makes a file of a network's own weights. */
function saveWeights(arch: models.Architecture, name: string, leftOut = 'nothing'): string {
  const path = join(folder, name);
  tidy(() => {
    const all = Object.entries(arch().stateDict());
    const state = Object.fromEntries(all.filter(([key]) => !key.startsWith(leftOut)));
    if (name.endsWith('.pth')) io.save(state, path);
    else io.saveFile(state, path);
  });
  return path;
}

describe('cnnLearner of resnet34, 37 classes and bnFinal', () => {
  let learn: Learner<models.CnnModel>;
  beforeAll(async () => {
    const weights = saveWeights(models.resnet34, 'resnet34.safetensors', 'fc.');
    learn = await cnnLearner(data, models.resnet34, {
      weights,
      bnFinal: true,
      metrics: [metrics.errorRate],
      silent: true,
    });
  });
  afterAll(() => {
    for (const part of [learn, learn.model]) part.dispose();
  });

  it('trains the head and the batch norms only (J57)', () => {
    const { layerGroups } = learn;
    expect(layerGroups.map(({ length }) => length)).toEqual([41, 49, 11]);
    for (const [group, layers] of layerGroups.entries()) {
      for (const layer of layers) {
        const isTrained = group === 2 || layer instanceof nn.BatchNorm2d;
        for (const parameter of layer.parameters()) expect(parameter.requiresGrad).toBe(isTrained);
      }
    }
  });

  it('sums up as the notebook (J87)', async () => {
    const text = await learn.summary();
    expect(text).toContain('Total params: 21,831,599\n');
    expect(text).toContain('Total trainable params: 563,951\n');
    expect(text).toContain('Total non-trainable params: 21,267,648\n');
    for (const row of [
      'Conv2d               [64, 176, 176]       9,408      False     ',
      'MaxPool2d            [64, 88, 88]         0          False     ',
      'Conv2d               [512, 11, 11]        2,359,296  False     ',
      'AdaptiveAvgPool2d    [512, 1, 1]          0          False     ',
      'Linear               [512]                524,800    True      ',
      'BatchNorm1d          [37]                 74         True      ',
    ]) {
      expect(text).toContain(`\n${row}\n`);
    }
  });

  it('has the sizes of J88', () => {
    const body = learn.model.at(0);
    expect(modelSizes(body, [64, 64]).map(([, ...shape]) => shape.join('x'))).toEqual([
      ...['64x32x32', '64x32x32', '64x32x32', '64x16x16', '64x16x16'],
      ...['128x8x8', '256x4x4', '512x2x2'],
    ]);
    expect(numFeaturesModel(body)).toBe(512);
  });

  it('has the groups of E.7 once unfrozen', () => {
    learn.unfreeze();
    const { paramGroups } = learn.opt.optimizer as unknown as {
      paramGroups: readonly { params: readonly nn.Parameter[] }[];
    };
    expect(paramGroups.map(({ params }) => [params.length, numelOf(params)])).toEqual([
      ...[
        [16, 1_344_704],
        [32, 3_200],
      ],
      ...[
        [20, 19_922_944],
        [40, 13_824],
      ],
      ...[
        [2, 543_232],
        [8, 3_695],
      ],
    ]);
    expect(trainable(learn.model)).toBe(21_831_599);
    learn.freeze();
    expect(trainable(learn.model)).toBe(563_951);
  });
});

describe('cnnLearner', () => {
  const small: CnnLearnerOptions = { pretrained: false, silent: true };
  const withLearner = async (
    options: CnnLearnerOptions,
    use: (learn: Learner<models.CnnModel>) => unknown,
    arch: models.Architecture = models.resnet18,
  ) => {
    using learn = await cnnLearner(data, arch, options);
    using _model = learn.model;
    await use(learn);
  };

  it.each([
    [models.resnet50, [57, 67, 10], 2048],
    [models.squeezenet1_0, 4, 512],
    [models.squeezenet1_1, 4, 512],
    [models.densenet121, 3, 1024],
    [models.mobilenetV2, 3, 1280],
    [models.alexnet, 3, 256],
    [models.vgg11, 2, 512],
    [models.vgg11Bn, 3, 512],
  ] as const)('splits %o where fast.ai does', async (arch, groups, features) =>
    withLearner(
      small,
      ({ layerGroups, model }) => {
        if (typeof groups === 'number') expect(layerGroups.length).toBe(groups);
        else expect(layerGroups.map(({ length }) => length)).toEqual(groups);
        const norm = [...model.at(1).modules()].find((it) => it instanceof nn.BatchNorm1d);
        expect(norm?.numFeatures).toBe(2 * features);
        expect(trainable(model)).toBe(numelOf([...model.parameters()]));
      },
      arch as models.Architecture,
    ),
  );

  it('begins each group at the module of the reference', async () => {
    await withLearner(
      small,
      ({ layerGroups, model }) => {
        const features = (model.at(0) as nn.Sequential).at(0) as nn.Module as nn.Sequential;
        const firsts = [features.at(0), features.at(5), features.at(8), model.at(1)];
        expect(layerGroups.map(([first]) => first)).toEqual(
          firsts.map((module) =>
            [...module.modules()].find((it) => [...it.children()].length === 0),
          ),
        );
      },
      models.squeezenet1_1,
    );
  });

  it('takes weights of the body, whatever the classifier is', async () => {
    const weights = saveWeights(() => models.resnet18({ numClasses: 3 }), 'three.pth');
    await withLearner({ weights, silent: true }, ({ model }) => {
      tidy(() => {
        const stored = models.readWeights(weights);
        const ours = model.stateDict();
        for (const [key, from] of [
          ['0.0.weight', 'conv1.weight'],
          ['0.7.1.bn2.bias', 'layer4.1.bn2.bias'],
        ] as const) {
          expect(ours[key]?.equal(stored[from] as Tensor)).toBe(true);
        }
      });
      expect(trainable(model)).toBeLessThan(numelOf([...model.parameters()]));
    });
  });

  it('finds weights where Python keeps them', async () => {
    vi.stubEnv('TORCH_HOME', folder);
    const path = join(models.hubFolder(), 'squeezenet1_1-b8a52dc0.pth');
    rmSync(models.hubFolder(), { recursive: true, force: true });
    mkdirSync(models.hubFolder(), { recursive: true });
    renameSync(saveWeights(models.squeezenet1_1, 'own.pth'), path);
    using model = await createCnnModel(models.squeezenet1_1, 5);
    using output = model.eval().call(torch.zeros([1, 3, 32, 32]));
    expect(output.shape).toEqual([1, 5]);
  });

  it('refuses weights that do not fit the body', async () => {
    const weights = saveWeights(models.resnet18, 'cut.safetensors', 'layer3.0.conv2');
    await expect(createCnnModel(models.resnet18, 2, { weights })).rejects.toThrow(
      'Missing key(s) in state_dict: "layer3.0.conv2.weight"',
    );
    await expect(createCnnModel(models.squeezenet1_1, 2, { weights })).rejects.toThrow(
      /Unexpected key\(s\) in state_dict: .*"conv1\.weight"/,
    );
  });

  it('draws the head anew, as it is told', async () => {
    const spread = (model: models.CnnModel) =>
      tidy(
        () => (model.getParameter('1.8.weight').detach() as nn.Parameter).std().item() as number,
      );
    await withLearner(small, ({ model }) => {
      expect(spread(model)).toBeCloseTo(Math.sqrt(2 / 512), 2);
      expect(model.getParameter('1.8.bias').toArray()).toEqual(new Array(37).fill(0));
    });
    await withLearner({ ...small, init: null }, ({ model }) => {
      expect(spread(model)).toBeCloseTo(1 / Math.sqrt(3 * 512), 2);
    });
    await withLearner({ ...small, init: (weight) => weight.fill_(0.5) }, ({ model }) => {
      expect(spread(model)).toBe(0);
    });
  });

  it('takes another head, other layers, another cut and other groups', async () => {
    const head = () =>
      new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(256, 37));
    await withLearner(
      { ...small, cut: -3, customHead: head(), splitOn: (model) => [model.at(1)] },
      ({ model, layerGroups }) => {
        expect((model.at(0) as nn.Sequential).length).toBe(7);
        expect(layerGroups.length).toBe(2);
        using out = model.eval().call(torch.zeros([1, 3, 64, 64]));
        expect(out.shape).toEqual([1, 37]);
      },
    );
    await withLearner(
      { ...small, linFtrs: [8, 9], ps: [0, 0, 0.5], concatPool: false },
      ({ model }) => {
        const shapes = [...model.at(1).namedParameters()]
          .filter(([name]) => name.endsWith('weight'))
          .map(([, { shape }]) => shape);
        expect(shapes).toEqual([[512], [8, 512], [8], [9, 8], [9], [37, 9]]);
      },
    );
  });

  it('makes a body of an architecture of one’s own', async () => {
    const own: models.Architecture = () =>
      new nn.Sequential(
        new nn.Conv2d(3, 4, 3),
        new nn.AdaptiveAvgPool2d(1),
        new nn.Flatten(),
        new nn.Linear(4, 2),
      );
    await withLearner(
      small,
      ({ model, layerGroups }) => {
        expect(`${model.at(0)}`).toBe(
          'Sequential(\n  (0): Conv2d(3, 4, kernel_size=(3, 3), stride=(1, 1))\n)',
        );
        expect(layerGroups.length).toBe(2);
      },
      own,
    );
    await expect(cnnLearner(data, own)).rejects.toThrow('there are no pretrained weights of own');
  });

  it('refuses unknown options', async () => {
    await expect(
      cnnLearner(data, models.resnet18, { drop: 1 } as CnnLearnerOptions),
    ).rejects.toThrow("cnnLearner() has no option 'drop'");
    await expect(
      createCnnModel(models.resnet18, 2, { lin: 1 } as Parameters<typeof createCnnModel>[2]),
    ).rejects.toThrow("createCnnModel() has no option 'lin'");
    await expect(
      createCnnModel(models.resnet18, 2, { weights: 'some.pth', pretrained: false }),
    ).rejects.toThrow("weights are given, 'some.pth', but pretrained is false");
    await expect(createCnnModel('resnet18' as never, 2)).rejects.toThrow(
      "expected an architecture, such as models.resnet34, got 'resnet18'",
    );
  });

  it('has its older name', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    using learn = await createCnn(data, models.squeezenet1_1, small);
    using _model = learn.model;
    expect(learn.layerGroups.length).toBe(4);
    expect(warned).toHaveBeenCalledWith(
      'createCnn is the older name: use cnnLearner',
      'DeprecationWarning',
      'FLAMBEAU_CREATE_CNN',
      expect.anything(),
    );
    warned.mockRestore();
  });
});
