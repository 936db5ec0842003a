export { AlexNet, alexnet } from './alexnet.js';
export type { Architecture, ArchitectureOptions, DropoutOptions } from './architecture.js';
export type { CnnModel } from './architectureMeta.js';
export { CifarResNet, cifarResnet20, cifarResnet56 } from './cifarResnet.js';
export {
  DenseNet,
  type DenseNetOptions,
  densenet121,
  densenet161,
  densenet169,
  densenet201,
} from './densenet.js';
export { type HubFileOptions, hubFile, hubFolder } from './hubFile.js';
export { MobileNetV2, type MobileNetV2Options, mobilenetV2 } from './mobilenetV2.js';
export { type PretrainedOptions, pretrainedWeights } from './pretrainedWeights.js';
export { readWeights } from './readWeights.js';
export { BasicBlock, Bottleneck, type ResidualBlockOptions } from './residualBlocks.js';
export {
  ResNet,
  type ResNetOptions,
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
export { Fire, SqueezeNet, squeezenet1_0, squeezenet1_1 } from './squeezenet.js';
export {
  VGG,
  vgg11,
  vgg11Bn,
  vgg13,
  vgg13Bn,
  vgg16,
  vgg16Bn,
  vgg19,
  vgg19Bn,
} from './vgg.js';
