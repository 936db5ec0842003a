import { BCEWithLogitsLoss, CrossEntropyLoss } from '../nn/lossClassification.js';
import { MSELoss } from '../nn/lossRegression.js';
import type { Tensor } from '../tensor/tensor.js';

/** Squared error of all elements in a row, whatever the shapes; the target becomes floating. */
export class MSELossFlat extends MSELoss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return super.forward(input.flatten(), target.flatten().to(input.dtype));
  }
}

/** Cross-entropy of `[…, C]` logits and `[…]` classes, whatever the dimensions before. */
export class CrossEntropyFlat extends CrossEntropyLoss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return super.forward(input.reshape([-1, input.size(-1)]), target.flatten());
  }
}

/** Binary cross-entropy of all elements in a row; the target becomes floating. */
export class BCEWithLogitsFlat extends BCEWithLogitsLoss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return super.forward(input.flatten(), target.flatten().to(input.dtype));
  }
}
