import { type nn, Tensor } from '@flambeau/core';

/**
 * The layer that heatmaps are made of unless another is named: the model's first child, which is
 * the body of a `Sequential(body, head)`.
 * @throws TypeError for a model without children
 */
export function bodyOf(model: nn.AnyModule): nn.AnyModule {
  const [body] = model.children();
  if (body === undefined) {
    throw new TypeError(`${model.constructor.name} has no layers within: name the layer`);
  }
  return body;
}

/** @throws RangeError unless these are images as models take them */
export function checkImages(caller: string, xb: Tensor): void {
  if (xb.ndim === 4) return;
  throw new RangeError(
    `${caller}: expected images [n, channels, rows, columns], got [${xb.shape}]`,
  );
}

/**
 * Runs `model` and gives what `layer` in it put out last.
 * @param replace what the following layers get in the place of that; by default itself
 * @throws TypeError when the layer does not run, or puts out no batch `[n, channels, rows, columns]`
 */
export function runThrough(
  model: nn.AnyModule,
  xb: Tensor,
  layer: nn.AnyModule,
  replace: (output: Tensor) => Tensor = (output) => output,
): { readonly preds: unknown; readonly output: Tensor } {
  let output: Tensor | undefined;
  const handle = layer.registerForwardHook((_, __, given) => {
    output = imageBatch(layer, given);
    return replace(output);
  });
  try {
    const preds = model.call(xb);
    if (output !== undefined) return { preds, output };
    throw new TypeError(`${layer.constructor.name} did not run: is it a layer of the model?`);
  } finally {
    handle.remove();
  }
}

function imageBatch(layer: nn.AnyModule, output: unknown): Tensor {
  if (output instanceof Tensor && output.ndim === 4) return output;
  const got = output instanceof Tensor ? `[${output.shape}]` : typeof output;
  throw new TypeError(
    `a heatmap needs a layer that gives [n, channels, rows, columns]; ` +
      `${layer.constructor.name} gave ${got}`,
  );
}
