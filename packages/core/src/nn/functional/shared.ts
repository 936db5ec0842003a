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
  nativeChannelShuffle,
  pixelShuffle,
  pixelUnshuffle,
  rmsNorm,
} = functions.torch;
