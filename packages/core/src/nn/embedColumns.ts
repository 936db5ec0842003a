import { type Handle, type NativeFunction, native } from '@flambeau/native';
import { functions } from '../ops/install.js';
import { tidy, wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { handleOf } from './functional/handles.js';
import { Embedding } from './sparse.js';

let embeddingColumns: NativeFunction | undefined;

/**
 * Looks up each column in an embedding of its own and joins the rows: what
 * `cat(layers.map((layer, column) => layer.call(indices.select(1, column))), 1)` gives. On CPU one
 * native operator does it where no layer has hooks, options or another `forward`.
 * @param layers one for each column
 * @param indices whole numbers `[n, columns]`
 * @returns `[n, sum of embeddingDim]`
 * @throws RangeError when there is not one layer for each column, or none
 */
export function embedColumns(layers: Iterable<Embedding>, indices: Tensor): Tensor {
  const list = [...layers];
  const handle = handleOf('embedColumns', 'indices', indices);
  if (list.length === 0 || indices.ndim !== 2 || indices.size(1) !== list.length) {
    throw new RangeError(
      `embedColumns: ${list.length} layers need indices of shape [n, ${list.length}], ` +
        `got [${indices.shape.join(', ')}]`,
    );
  }
  if (!list.every(isPlain)) {
    const { cat } = functions.torch;
    return tidy(() =>
      cat(
        list.map((layer, i) => layer.call(indices.select(1, i))),
        1,
      ),
    );
  }
  embeddingColumns ??= native.operator('flambeau::embedding_columns', '');
  const tables = list.map(({ weight }) => weight.handle);
  return wrap(embeddingColumns(handle, tables) as Handle);
}

/** Whether a call of the layer is nothing but the look-up of rows. */
function isPlain(layer: Embedding): boolean {
  return (
    layer.constructor === Embedding &&
    !layer.hasCallHooks &&
    layer.paddingIdx === null &&
    layer.maxNorm === null &&
    !layer.scaleGradByFreq &&
    !layer.sparse
  );
}
