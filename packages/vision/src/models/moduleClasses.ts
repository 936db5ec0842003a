import type { nn } from '@flambeau/core';
import { AlexNet } from './alexnet.js';
import { CifarBlock, CifarResNet } from './cifarResnet.js';
import { _DenseBlock, _DenseLayer, _Transition } from './denseBlocks.js';
import { DenseNet } from './densenet.js';
import { Conv2dNormActivation, InvertedResidual, MobileNetV2 } from './mobilenetV2.js';
import { BasicBlock, Bottleneck } from './residualBlocks.js';
import { ResNet } from './resnet.js';
import { Fire, SqueezeNet } from './squeezenet.js';
import { VGG } from './vgg.js';

/** What exported networks are rebuilt of, beside nn's own, see Note [Module specs] in core. */
export const moduleClasses: readonly (abstract new (...args: never) => nn.AnyModule)[] = [
  AlexNet,
  BasicBlock,
  Bottleneck,
  CifarBlock,
  CifarResNet,
  Conv2dNormActivation,
  DenseNet,
  _DenseBlock,
  _DenseLayer,
  Fire,
  InvertedResidual,
  MobileNetV2,
  ResNet,
  SqueezeNet,
  _Transition,
  VGG,
];
