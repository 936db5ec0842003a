import { functions } from '../../ops/install.js';

/** Those functions that Python has both in `torch` and in `torch.nn.functional`. */
export const {
  adaptiveAvgPool1d,
  avgPool1d,
  channelShuffle,
  conv1d,
  conv2d,
  conv3d,
  convTbc,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  layerNorm,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool3d,
  nativeChannelShuffle,
  pixelShuffle,
  pixelUnshuffle,
  rmsNorm,
} = functions.torch;
