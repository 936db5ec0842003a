import { checkOptions, inEvalMode, type nn, noGrad, type Tensor, tidy } from '@flambeau/core';
import { bodyOf, checkImages, runThrough } from './layerOutput.js';

/**
 * The mean of a layer's channels at each place: where an image has much that the model looks for,
 * whatever the class. The model runs in evaluation mode and then has its mode again.
 *
 * @param xb one image as the model takes it, `[1, channels, rows, columns]`
 * @param options.layer default: the model's first child, its body
 * @returns `[rows, columns]` of the layer's output
 * @throws RangeError for what is no batch of one image
 * @throws TypeError when the layer does not run or gives no images
 */
export function averageActivations(
  model: nn.AnyModule,
  xb: Tensor,
  options: { readonly layer?: nn.AnyModule } = {},
): Tensor {
  checkOptions('averageActivations', options, ['layer']);
  const { layer = bodyOf(model) } = options;
  checkImages('averageActivations', xb);
  if (xb.size(0) !== 1) {
    throw new RangeError(`averageActivations: expected one image, got ${xb.size(0)}`);
  }
  return tidy(() =>
    noGrad(() =>
      inEvalMode(model, () => {
        // A copy, since the next layer may work in place.
        const { output } = runThrough(model, xb, layer, (acts) => acts.clone());
        return output.mean(1).select(0, 0);
      }),
    ),
  );
}
