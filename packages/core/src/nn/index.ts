export {
  GELU,
  type GELUOptions,
  GLU,
  Hardshrink,
  LogSigmoid,
  PReLU,
  type PReLUOptions,
  Sigmoid,
  Softplus,
  Softshrink,
  Softsign,
  Tanh,
  Tanhshrink,
} from './activation.js';
export { AdaptiveConcatPool2d } from './adaptiveConcatPool.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './adaptivePool.js';
export {
  type AdaptiveLogSoftmaxOptions,
  type AdaptiveLogSoftmaxOutput,
  AdaptiveLogSoftmaxWithLoss,
} from './adaptiveSoftmax.js';
export { applyInit, type InitFunction, initDefault } from './applyInit.js';
export { MultiheadAttention, type MultiheadAttentionOptions } from './attention.js';
export {
  AvgPool1d,
  type AvgPool1dOptions,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolOptions,
} from './avgPool.js';
export type { GradTuple } from './backwardHooks.js';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batchnorm.js';
export { Bilinear } from './bilinear.js';
export { type BnDropLinOptions, bnDropLin } from './bnDropLin.js';
export { ModuleList, Sequential } from './container.js';
export { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv.js';
export {
  batchnorm2d,
  type ConvLayerOptions,
  convLayer,
  poolFlatten,
  type SimpleCnnOptions,
  simpleCnn,
} from './convLayer.js';
export type { PaddingMode } from './convNd.js';
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeOptions,
} from './convTranspose.js';
export { type BodyCut, createBody } from './createBody.js';
export { type CreateHeadOptions, createHead } from './createHead.js';
export {
  CosineSimilarity,
  type CosineSimilarityOptions,
  PairwiseDistance,
  type PairwiseDistanceOptions,
} from './distance.js';
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  type DropoutOptions,
  FeatureAlphaDropout,
} from './dropout.js';
export { embedColumns } from './embedColumns.js';
export { EmbeddingBag, type EmbeddingBagOptions } from './embeddingBag.js';
export type { EmbeddingOptions } from './embeddingTable.js';
export { Flatten, Unflatten } from './flatten.js';
export { Fold, Unfold } from './fold.js';
export {
  FractionalMaxPool2d,
  FractionalMaxPool3d,
  type FractionalMaxPoolOptions,
} from './fractionalMaxPool.js';
export type { AttentionCall, MultiHeadAttentionCall } from './functional/attentionOptions.js';
export type { MaxPoolOptions } from './functional/maxPooling.js';
export type { IndicesOption, Pooled } from './functional/pooled.js';
export { functional } from './functional.js';
export * as modules from './globalHooks.js';
export type { ForwardHookOptions, HookOptions, HookResult } from './hookList.js';
export * as init from './init.js';
export {
  type ActivationOptions,
  CELU,
  ELU,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  Mish,
  ReLU,
  ReLU6,
  RReLU,
  SELU,
  SiLU,
  Threshold,
} from './inplaceActivation.js';
export {
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormOptions,
} from './instancenorm.js';
export { Debugger, Lambda, ResizeBatch, View } from './lambda.js';
export {
  LazyConv1d,
  LazyConv2d,
  LazyConv3d,
  LazyConvTranspose1d,
  LazyConvTranspose2d,
  LazyConvTranspose3d,
} from './lazyConv.js';
export { LazyLinear } from './lazyLinear.js';
export {
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
} from './lazyNorm.js';
export { Identity, Linear, type LinearOptions } from './linear.js';
export {
  LinearCrossEntropyLoss,
  type LinearCrossEntropyOptions,
} from './linearCrossEntropyLoss.js';
export { LocalResponseNorm } from './localResponseNorm.js';
export {
  BCELoss,
  BCEWithLogitsLoss,
  type BCEWithLogitsOptions,
  CrossEntropyLoss,
  CTCLoss,
  KLDivLoss,
  LabelSmoothingCrossEntropy,
  type LabelSmoothingOptions,
  MultiLabelSoftMarginLoss,
  NLLLoss,
} from './lossClassification.js';
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiMarginLoss,
  type MultiMarginOptions,
  SoftMarginLoss,
  type TripletDistanceLossOptions,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './lossMargin.js';
export {
  GaussianNLLLoss,
  HuberLoss,
  type HuberLossOptions,
  L1Loss,
  MSELoss,
  PoissonNLLLoss,
  SmoothL1Loss,
  type SmoothL1Options,
} from './lossRegression.js';
export { LPPool1d, LPPool2d, LPPool3d } from './lpPool.js';
export { MaxPool1d, MaxPool2d, MaxPool3d } from './maxPool.js';
export { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, type MaxUnpoolOptions } from './maxUnpool.js';
export { type AnyModule, Module } from './module.js';
export { ModuleDict } from './moduleDict.js';
export type { ModuleTarget } from './moduleTarget.js';
export type { NamedEntries } from './namedParts.js';
export {
  GroupNorm,
  type GroupNormOptions,
  LayerNorm,
  type LayerNormOptions,
  RMSNorm,
  type RMSNormOptions,
} from './normalization.js';
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './padding.js';
export { Parameter } from './parameter.js';
export { ParameterDict, ParameterList } from './parameterContainers.js';
export type { RecurrentOptions } from './recurrentForm.js';
export type { LSTMState } from './recurrentState.js';
export { GRU, LSTM, type LSTMOptions, RNN, type RNNNonlinearity, type RNNOptions } from './rnn.js';
export {
  GRUCell,
  LSTMCell,
  type RecurrentCellOptions,
  RNNCell,
  type RNNCellOptions,
} from './rnnCell.js';
export { ChannelShuffle, PixelShuffle, PixelUnshuffle } from './shuffle.js';
export { SigmoidRange, sigmoidRange } from './sigmoidRange.js';
export type { SpatialSize } from './sizes.js';
export { LogSoftmax, Softmax, Softmax2d, Softmin } from './softmax.js';
export { Embedding } from './sparse.js';
export {
  type KeyMismatch,
  type LoadProblems,
  type MutableKeyMismatch,
  type StateDict,
  StateDictError,
} from './stateDict.js';
export { SyncBatchNorm } from './syncBatchNorm.js';
export { Transformer, type TransformerCall, type TransformerOptions } from './transformer.js';
export {
  type AnyDecoderLayer,
  TransformerDecoder,
  type TransformerDecoderCall,
  TransformerDecoderLayer,
  type TransformerDecoderLayerCall,
  type TransformerDecoderOptions,
} from './transformerDecoder.js';
export {
  type AnyEncoderLayer,
  TransformerEncoder,
  type TransformerEncoderCall,
  TransformerEncoderLayer,
  type TransformerEncoderLayerCall,
  type TransformerEncoderOptions,
} from './transformerEncoder.js';
export type { TransformerActivation, TransformerLayerOptions } from './transformerLayer.js';
export { UninitializedBuffer, UninitializedParameter } from './uninitialized.js';
export {
  Upsample,
  type UpsampleOptions,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from './upsample.js';
export * as utils from './utils/index.js';
