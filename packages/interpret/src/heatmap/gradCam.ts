import {
  autograd,
  checkOptions,
  enableGrad,
  inEvalMode,
  type nn,
  Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { bodyOf, checkImages, runThrough } from './layerOutput.js';

export interface GradCamOptions {
  /** Whose activations are weighed. Default: the model's first child, its body. */
  readonly layer?: nn.AnyModule;
  /** Cuts off what speaks against the class. Default true. */
  readonly relu?: boolean;
  /** How the channels become one. Default 'sum', as in the paper; the lesson takes the 'mean'. */
  readonly reduce?: 'sum' | 'mean';
}

/**
 * Where in an image the model sees a class (Grad-CAM, Selvaraju et al. 2017): the channels of a
 * layer's output, each weighed by the mean gradient of the class's raw score by it,
 * ReLU(Σ wᶜ aᶜ). The lesson's variant is `{ relu: false, reduce: 'mean' }`.
 *
 * The model runs in evaluation mode and then has its mode again; the gradients of its parameters
 * stay as they are, and a frozen body may stay frozen, see Note [Leaves for Grad-CAM].
 *
 * @param xb images as the model takes them, `[n, channels, rows, columns]`
 * @param classes the class of one image, or one for each of `n`
 * @returns `[rows, columns]` of the layer's output for one class; `[n, rows, columns]` for a list
 * @throws RangeError for what is no batch of images, for a class that is none, and unless there is one
 * class for each image
 * @throws TypeError when the layer does not run or gives no images, or the model no scores
 */
export function gradCam(
  model: nn.AnyModule,
  xb: Tensor,
  classes: number | readonly number[],
  options: GradCamOptions = {},
): Tensor {
  checkOptions('gradCam', options, ['layer', 'relu', 'reduce']);
  const { layer = bodyOf(model), relu = true, reduce = 'sum' } = options;
  if (reduce !== 'sum' && reduce !== 'mean') {
    throw new RangeError(`gradCam: reduce must be 'sum' or 'mean', got '${reduce}'`);
  }
  checkImages('gradCam', xb);
  const list = typeof classes === 'number' ? [classes] : classes;
  if (list.length !== xb.size(0)) {
    throw new RangeError(`gradCam: ${xb.size(0)} images need as many classes, got ${list.length}`);
  }
  return tidy(() => {
    const { acts, grads } = activationsAndGradients(model, xb, layer, list);
    const weighed = acts.mul(grads.mean([2, 3], true));
    const summed = reduce === 'sum' ? weighed.sum(1) : weighed.mean(1);
    const maps = relu ? summed.relu() : summed;
    return typeof classes === 'number' ? maps.select(0, 0) : maps;
  });
}

/*
 * Note [Leaves for Grad-CAM]
 *
 * The layer's output is taken out of the graph, as a leaf, and the layers after it get a copy. So
 * - the gradient is computed as far as that leaf, not through the body, and no parameter gets one;
 * - it is there also where the body is frozen, whose output would have no history;
 * - a layer after it that works in place changes the copy, not what is weighed.
 */
function activationsAndGradients(
  model: nn.AnyModule,
  xb: Tensor,
  layer: nn.AnyModule,
  classes: readonly number[],
): { readonly acts: Tensor; readonly grads: Tensor } {
  return enableGrad(() =>
    inEvalMode(model, () => {
      let leaf: Tensor | undefined;
      const { preds } = runThrough(model, xb, layer, (output) => {
        leaf = output.detach().requiresGrad_();
        return leaf.clone();
      });
      const acts = leaf as Tensor;
      const score = scoresOf(preds, classes).sum();
      const [grads] = autograd.grad(score, acts) as [Tensor];
      return { acts: acts.detach(), grads };
    }),
  );
}

/** The raw score of each item's class. */
function scoresOf(preds: unknown, classes: readonly number[]): Tensor {
  if (!(preds instanceof Tensor) || preds.ndim !== 2) {
    const got = preds instanceof Tensor ? `[${preds.shape}]` : typeof preds;
    throw new TypeError(`gradCam: expected scores [n, classes] of the model, got ${got}`);
  }
  const count = preds.size(1);
  for (const place of classes) {
    if (Number.isInteger(place) && place >= 0 && place < count) continue;
    throw new RangeError(`gradCam: a class is a number from 0 to ${count - 1}, got ${place}`);
  }
  const places = torch.tensor([...classes], { dtype: 'int64', device: preds.device });
  return preds.gather(1, places.unsqueeze(1));
}
