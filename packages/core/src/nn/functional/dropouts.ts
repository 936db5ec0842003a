import type { Handle } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { tidy, wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkProbability } from '../checks.js';
import { shapeText } from '../shapes.js';
import type { InplaceOption } from './activations.js';
import { handleOf } from './handles.js';

export interface DropoutCall extends InplaceOption {
  /** Default true. */
  training?: boolean;
}

export interface AlphaDropoutCall extends InplaceOption {
  /** Default false, as in PyTorch. */
  training?: boolean;
}

type Kind = 'dropout' | 'alpha_dropout' | 'feature_dropout' | 'feature_alpha_dropout';

function drop(
  owner: string,
  kind: Kind,
  input: Tensor,
  p: number,
  training: boolean,
  inplace = false,
): Tensor {
  checkProbability(owner, p);
  const handle = handleOf(owner, 'input', input);
  if (inplace) {
    aten(`${kind}_`)(handle, p, training);
    return input;
  }
  return wrap(aten(kind)(handle, p, training) as Handle);
}

/**
 * In training, sets each element to 0 with probability `p` and scales the others by 1/(1-p).
 * @throws RangeError for a probability outside [0, 1]
 */
export function dropout(input: Tensor, p = 0.5, options: DropoutCall = {}): Tensor {
  return drop('dropout', 'dropout', input, p, options.training ?? true, options.inplace);
}

/**
 * In training, replaces each element with probability `p` by SELU's lower limit, and scales and
 * shifts all so that mean 0 and variance 1 are kept (Klambauer et al. 2017).
 * @throws RangeError for a probability outside [0, 1]
 */
export function alphaDropout(input: Tensor, p = 0.5, options: AlphaDropoutCall = {}): Tensor {
  const { training = false, inplace } = options;
  return drop('alphaDropout', 'alpha_dropout', input, p, training, inplace);
}

/**
 * {@link alphaDropout} of whole channels.
 * @param input `[batch, channels, *]`
 * @throws RangeError for a probability outside [0, 1]
 */
export function featureAlphaDropout(
  input: Tensor,
  p = 0.5,
  options: AlphaDropoutCall = {},
): Tensor {
  const { training = false, inplace } = options;
  return drop('featureAlphaDropout', 'feature_alpha_dropout', input, p, training, inplace);
}

/** @param spatial the number of dimensions after the channels */
function dropChannels(
  owner: string,
  spatial: number,
  input: Tensor,
  p: number,
  options: DropoutCall,
): Tensor {
  handleOf(owner, 'input', input);
  const { training = true, inplace } = options;
  const unbatched = spatial + 1;
  const { ndim } = input;
  if (ndim !== unbatched && ndim !== unbatched + 1) {
    throw new RangeError(
      `${owner}: the input must have ${unbatched} or ${unbatched + 1} dimensions, got shape ${shapeText(input)}`,
    );
  }
  if (ndim > unbatched) return drop(owner, 'feature_dropout', input, p, training, inplace);
  return tidy(() => {
    const dropped = drop(owner, 'feature_dropout', input.unsqueeze(0), p, training, inplace);
    return inplace === true ? input : dropped.squeeze(0);
  });
}

/**
 * In training, sets each channel to 0 with probability `p` and scales the others by 1/(1-p)
 * (Tompson et al. 2015).
 * @param input `[channels, length]` or `[batch, channels, length]`
 * @throws RangeError for a probability outside [0, 1], or an input of other dimensions
 */
export function dropout1d(input: Tensor, p = 0.5, options: DropoutCall = {}): Tensor {
  return dropChannels('dropout1d', 1, input, p, options);
}

/**
 * {@link dropout1d} of images.
 * @param input `[batch, channels, h, w]`; `[batch, channels, length]` is taken as PyTorch does, with
 * a warning
 * @throws RangeError for a probability outside [0, 1], or an input of other dimensions
 */
export function dropout2d(input: Tensor, p = 0.5, options: DropoutCall = {}): Tensor {
  handleOf('dropout2d', 'input', input);
  if (input.ndim !== 3) return dropChannels('dropout2d', 2, input, p, options);
  process.emitWarning(
    'dropout2d: an input of 3 dimensions is taken as [batch, channels, length]; use dropout1d.',
  );
  return drop('dropout2d', 'feature_dropout', input, p, options.training ?? true, options.inplace);
}

/**
 * {@link dropout1d} of volumes.
 * @param input `[channels, d, h, w]` or `[batch, channels, d, h, w]`
 * @throws RangeError for a probability outside [0, 1], or an input of other dimensions
 */
export function dropout3d(input: Tensor, p = 0.5, options: DropoutCall = {}): Tensor {
  return dropChannels('dropout3d', 3, input, p, options);
}
