import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkProbability } from './checks.js';
import type { InplaceOption } from './functional/activations.js';
import * as F from './functional/dropouts.js';
import { Module } from './module.js';
import { pythonBool } from './text.js';

export type DropoutOptions = InplaceOption;

/** A layer that, in training only, drops parts of its input, anew at every call. */
abstract class DropoutLayer extends Module {
  p: number;
  readonly inplace: boolean;

  /** @throws RangeError for a probability outside [0, 1] */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super();
    checkProbability(this.constructor.name, p);
    this.p = p;
    this.inplace = options.inplace ?? false;
  }

  protected override extraRepr(): string {
    return `p=${shortest(this.p)}, inplace=${pythonBool(this.inplace)}`;
  }
}

/**
 * In training, sets each element to 0 with probability `p`, anew at every call, and scales the
 * others by 1/(1-p); in evaluation, gives its input back (Hinton et al. 2012).
 */
export class Dropout extends DropoutLayer {
  protected override forward(input: Tensor): Tensor {
    return F.dropout(input, this.p, this);
  }
}

/**
 * {@link Dropout} of whole channels (Tompson et al. 2015). Takes `[channels, length]` or
 * `[batch, channels, length]`.
 */
export class Dropout1d extends DropoutLayer {
  protected override forward(input: Tensor): Tensor {
    return F.dropout1d(input, this.p, this);
  }
}

/** {@link Dropout} of whole channels of images, `[batch, channels, h, w]`. */
export class Dropout2d extends DropoutLayer {
  protected override forward(input: Tensor): Tensor {
    return F.dropout2d(input, this.p, this);
  }
}

/**
 * {@link Dropout} of whole channels of volumes, `[channels, d, h, w]` or
 * `[batch, channels, d, h, w]`.
 */
export class Dropout3d extends DropoutLayer {
  protected override forward(input: Tensor): Tensor {
    return F.dropout3d(input, this.p, this);
  }
}

/**
 * Dropout for SELU: sets elements to its lower limit, and keeps mean 0 and variance 1 (Klambauer et
 * al. 2017). Python's layer ignores `inplace`; this one follows it.
 */
export class AlphaDropout extends DropoutLayer {
  protected override forward(input: Tensor): Tensor {
    return F.alphaDropout(input, this.p, this);
  }
}

/** {@link AlphaDropout} of whole channels, `[batch, channels, *]`. */
export class FeatureAlphaDropout extends DropoutLayer {
  protected override forward(input: Tensor): Tensor {
    return F.featureAlphaDropout(input, this.p, this);
  }
}
