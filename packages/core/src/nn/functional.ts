import type { NnFunctions } from '../generated/nnFunctions.js';
import { functions } from '../ops/install.js';
import * as activations from './functional/activations.js';
import { multiHeadAttentionForward } from './functional/attention.js';
import * as dropouts from './functional/dropouts.js';
import * as embeddings from './functional/embeddings.js';
import * as fractionalPooling from './functional/fractionalPooling.js';
import * as gridSampling from './functional/gridSampling.js';
import { groupedMm } from './functional/groupedMm.js';
import { interpolate } from './functional/interpolate.js';
import * as layers from './functional/layers.js';
import * as likelihoods from './functional/likelihoods.js';
import { linearCrossEntropy } from './functional/linearCrossEntropy.js';
import * as losses from './functional/losses.js';
import * as marginLosses from './functional/marginLosses.js';
import * as maxPooling from './functional/maxPooling.js';
import * as normalization from './functional/normalization.js';
import * as pooling from './functional/pooling.js';
import * as shared from './functional/shared.js';
import * as unpooling from './functional/unpooling.js';
import * as upsampling from './functional/upsampling.js';
import * as windows from './functional/windows.js';

const { sigmoid, tanh, softmax, logSoftmax, hardshrink, prelu } = functions.torch;
const { cosineEmbeddingLoss, hingeEmbeddingLoss } = functions.torch;
const { bilinear, cosineSimilarity, pairwiseDistance, pdist } = functions.torch;
const { relu_, selu_, celu_, rrelu_, threshold_ } = functions.torch;
const byHand = {
  ...activations,
  ...dropouts,
  ...embeddings,
  ...layers,
  ...likelihoods,
  ...losses,
  ...marginLosses,
  ...normalization,
  ...fractionalPooling,
  ...gridSampling,
  ...maxPooling,
  ...pooling,
  ...unpooling,
  ...windows,
  ...shared,
  ...upsampling,
  groupedMm,
  linearCrossEntropy,
  interpolate,
  upsample: interpolate,
  multiHeadAttentionForward,
  sigmoid,
  tanh,
  softmax,
  logSoftmax,
  hardshrink,
  prelu,
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  bilinear,
  cosineSimilarity,
  pairwiseDistance,
  pdist,
  logsigmoid: functions.nn.logSigmoid,
  relu_,
  selu_,
  celu_,
  rrelu_,
  threshold_,
};

/**
 * `torch.nn.functional`. By hand are those functions that are more than one operator of libtorch,
 * or whose arguments Python orders differently; all others are generated.
 */
export const functional: Omit<NnFunctions, keyof typeof byHand> & typeof byHand = {
  ...functions.nn,
  ...byHand,
};
