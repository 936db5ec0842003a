import { nn, tidy, torch } from '@flambeau/core';
import { models } from '@flambeau/vision';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

describe('options of networks', () => {
  it('refuse options that they have not', () => {
    expect(() => models.resnet18({ dropout: 0.1 } as models.ResNetOptions)).toThrow(
      "ResNet() has no option 'dropout'",
    );
    expect(() => models.alexnet({ classes: 3 } as models.ArchitectureOptions)).toThrow(
      "AlexNet() has no option 'classes'",
    );
    expect(() => models.resnet34({ groups: 2 })).toThrow(
      'BasicBlock: groups must be 1 and baseWidth 64, got 2 and 64',
    );
  });

  it('drop activations where they are told to', () =>
    tidy(() => {
      const dropouts = [
        ...[models.alexnet({ dropout: 0.3 }), models.squeezenet1_1({ dropout: 0.3 })],
        models.mobilenetV2({ dropout: 0.3 }),
      ].flatMap((model) => [...model.modules()].filter((it) => it instanceof nn.Dropout));
      expect(dropouts.map(({ p }) => p)).toEqual([0.3, 0.3, 0.3, 0.3]);
      const dense = models.densenet121({ numClasses: 2, dropRate: 1 });
      const features = dense.features.call(torch.randn([2, 3, 64, 64]));
      const isUsed = features.abs().sum([0, 2, 3]).ne(0).toArray() as boolean[];
      // The last block adds the second half of the channels.
      expect(isUsed.indexOf(true)).toBeLessThan(512);
      expect(isUsed.lastIndexOf(true)).toBeLessThan(512);
      expect(models.mobilenetV2().classifier.at(0)).toMatchObject({ p: 0.2 });
    }));
});

describe('the number of parameters', () => {
  it.each([
    [models.resnet18, 11_689_512],
    [models.resnet34, 21_797_672],
    [models.resnet50, 25_557_032],
    [models.resnet101, 44_549_160],
    [models.resnet152, 60_192_808],
    [models.resnext50_32x4d, 25_028_904],
    [models.resnext101_32x8d, 88_791_336],
    [models.wideResnet50_2, 68_883_240],
    [models.wideResnet101_2, 126_886_696],
    [models.alexnet, 61_100_840],
    [models.squeezenet1_0, 1_248_424],
    [models.squeezenet1_1, 1_235_496],
    [models.densenet121, 7_978_856],
    [models.densenet161, 28_681_000],
    [models.densenet169, 14_149_480],
    [models.densenet201, 20_013_928],
    [models.mobilenetV2, 3_504_872],
    [models.cifarResnet20, 269_722],
    [models.cifarResnet56, 853_018],
    [() => models.mobilenetV2({ widthMult: 0.5 }), 1_968_680],
    [models.vgg11, 132_863_336],
    [models.vgg11Bn, 132_868_840],
    [models.vgg13, 133_047_848],
    [models.vgg13Bn, 133_053_736],
    [models.vgg16, 138_357_544],
    [models.vgg16Bn, 138_365_992],
    [models.vgg19, 143_667_240],
    [models.vgg19Bn, 143_678_248],
  ] as const)('of %o is %i', (make, count) => {
    using model = (make as models.Architecture)();
    expect([...model.parameters()].reduce((sum, { shape }) => sum + numel(shape), 0)).toBe(count);
  });
});

function numel(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
