import { alexnet } from './alexnet.js';
import type { Architecture } from './architecture.js';
import { type ArchitectureMeta, resnetMeta, splitAt, unknownMeta } from './architectureMeta.js';
import { densenet121, densenet161, densenet169, densenet201 } from './densenet.js';
import { mobilenetV2 } from './mobilenetV2.js';
import {
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
  resnext50_32x4d,
  resnext101_32x8d,
  wideResnet50_2,
  wideResnet101_2,
} from './resnet.js';
import { squeezenet1_0, squeezenet1_1 } from './squeezenet.js';
import { vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vgg.js';

interface Entry {
  /** The name of torchvision's first weights for ImageNet, IMAGENET1K_V1, which fast.ai takes. */
  readonly weights: string;
  /** fast.ai's `cnn_config`. */
  readonly meta: ArchitectureMeta;
}

const known: ReadonlyMap<Architecture, Entry> = new Map<Architecture, Entry>([
  [alexnet, { weights: 'alexnet-owt-7be5be79.pth', meta: splitAt(6) }],
  [densenet121, { weights: 'densenet121-a639ec97.pth', meta: splitAt(7) }],
  [densenet161, { weights: 'densenet161-8d451a50.pth', meta: splitAt(7) }],
  [densenet169, { weights: 'densenet169-b2777c0a.pth', meta: splitAt(7) }],
  [densenet201, { weights: 'densenet201-c1103571.pth', meta: splitAt(7) }],
  [mobilenetV2, { weights: 'mobilenet_v2-b0353104.pth', meta: splitAt(10) }],
  [resnet18, { weights: 'resnet18-f37072fd.pth', meta: resnetMeta }],
  [resnet34, { weights: 'resnet34-b627a593.pth', meta: resnetMeta }],
  [resnet50, { weights: 'resnet50-0676ba61.pth', meta: resnetMeta }],
  [resnet101, { weights: 'resnet101-63fe2227.pth', meta: resnetMeta }],
  [resnet152, { weights: 'resnet152-394f9c45.pth', meta: resnetMeta }],
  [resnext50_32x4d, { weights: 'resnext50_32x4d-7cdf4587.pth', meta: resnetMeta }],
  [resnext101_32x8d, { weights: 'resnext101_32x8d-8ba56ff5.pth', meta: resnetMeta }],
  [squeezenet1_0, { weights: 'squeezenet1_0-b66bff10.pth', meta: splitAt(5, 8) }],
  [squeezenet1_1, { weights: 'squeezenet1_1-b8a52dc0.pth', meta: splitAt(5, 8) }],
  [vgg11, { weights: 'vgg11-8a719046.pth', meta: unknownMeta }],
  [vgg11Bn, { weights: 'vgg11_bn-6002323d.pth', meta: splitAt(22) }],
  [vgg13, { weights: 'vgg13-19584684.pth', meta: unknownMeta }],
  [vgg13Bn, { weights: 'vgg13_bn-abd245e5.pth', meta: splitAt(22) }],
  [vgg16, { weights: 'vgg16-397923af.pth', meta: unknownMeta }],
  [vgg16Bn, { weights: 'vgg16_bn-6c64b313.pth', meta: splitAt(22) }],
  [vgg19, { weights: 'vgg19-dcbb9e9d.pth', meta: unknownMeta }],
  [vgg19Bn, { weights: 'vgg19_bn-c79401a0.pth', meta: splitAt(22) }],
  [wideResnet50_2, { weights: 'wide_resnet50_2-95faca4d.pth', meta: resnetMeta }],
  [wideResnet101_2, { weights: 'wide_resnet101_2-32ee1156.pth', meta: resnetMeta }],
]);

/** How fast.ai makes a body and layer groups of an architecture. */
export function metaOf(arch: Architecture): ArchitectureMeta {
  return known.get(arch)?.meta ?? unknownMeta;
}

/** The name of the file with an architecture's weights; undefined where there is none. */
export function weightsFileOf(arch: Architecture): string | undefined {
  return known.get(arch)?.weights;
}
