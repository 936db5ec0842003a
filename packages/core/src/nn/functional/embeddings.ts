import type { Handle } from '@flambeau/native';
import { noGrad } from '../../autograd/gradMode.js';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import { tidy, wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type BagMode, bagModes, checkBagMode } from '../bagMode.js';
import { rowIndex } from '../checks.js';
import { sameShape, shapeText } from '../shapes.js';
import { handleOf } from './handles.js';

export interface EmbeddingLookup {
  /** A row that gets no gradient; a negative one counts from the end. */
  paddingIdx?: number | null;
  /** Scales rows that are longer, in place, down to this norm before they are looked up. */
  maxNorm?: number | null;
  /** The p of that norm. Default 2. */
  normType?: number;
  /** Divides a row's gradient by how often it occurs in the indices. Default false. */
  scaleGradByFreq?: boolean;
  /** Makes the table's gradient a sparse tensor. Default false. */
  sparse?: boolean;
}

function shortenRows(
  table: Handle,
  indices: Handle,
  maxNorm: number | null,
  normType: number,
): void {
  if (maxNorm === null) return;
  noGrad(() => aten('embedding_renorm_')(table, indices, maxNorm, normType));
}

/**
 * Rows of a table.
 * @param input whole-number indices `[*]`
 * @param weight `[rows, columns]`
 * @returns `[*, columns]`
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingLookup = {}): Tensor {
  const { paddingIdx = null, maxNorm = null, normType = 2 } = options;
  const { scaleGradByFreq = false, sparse = false } = options;
  const table = handleOf('embedding', 'weight', weight);
  const indices = handleOf('embedding', 'input', input);
  // -1 stands for no padding row.
  const padding = paddingIdx === null ? -1 : rowIndex(paddingIdx, weight.size(0));
  shortenRows(table, indices, maxNorm, normType);
  return wrap(aten('embedding')(table, indices, padding, scaleGradByFreq, sparse) as Handle);
}

export interface EmbeddingBagLookup extends EmbeddingLookup {
  /** Default 'mean'. */
  mode?: BagMode;
  /** The offsets end with the number of indices. Default false. */
  includeLastOffset?: boolean;
}

export interface EmbeddingBagCall extends EmbeddingBagLookup {
  /** Where each bag begins, `[bags]`, for indices in one dimension. */
  offsets?: Tensor | null;
  /** Multiplies each row, in the input's shape; for the mode 'sum' only. */
  perSampleWeights?: Tensor | null;
}

/** Where each bag begins: the rows of a matrix of indices, or the offsets that were given. */
function bagOffsets(input: Tensor, offsets: Tensor | null): Tensor {
  if (input.ndim === 2) {
    if (offsets !== null) {
      throw new RangeError('embeddingBag: an input of 2 dimensions takes no offsets');
    }
    const { dtype, device } = input;
    return functions.torch.arange(0, input.numel(), input.size(1), { dtype, device });
  }
  if (input.ndim !== 1) {
    throw new RangeError(
      `embeddingBag: the input must have 1 or 2 dimensions, got shape ${shapeText(input)}`,
    );
  }
  if (offsets === null || offsets.ndim !== 1) {
    const given = offsets === null ? 'null' : `shape ${shapeText(offsets)}`;
    throw new RangeError(
      `embeddingBag: an input of 1 dimension needs offsets of 1 dimension, got ${given}`,
    );
  }
  return offsets;
}

/**
 * The sum, mean or maximum of the rows of each bag, without keeping the rows.
 * @param input whole-number indices `[bags, length]`, or `[*]` of all bags with their offsets
 * @param weight the table, `[rows, columns]`
 * @returns `[bags, columns]`
 * @throws RangeError for shapes or options that do not go together
 */
export function embeddingBag(
  input: Tensor,
  weight: Tensor,
  options: EmbeddingBagCall = {},
): Tensor {
  const { mode = 'mean', offsets = null, perSampleWeights = null } = options;
  const { paddingIdx = null, maxNorm = null, normType = 2 } = options;
  const { scaleGradByFreq = false, sparse = false, includeLastOffset = false } = options;
  handleOf('embeddingBag', 'input', input);
  const table = handleOf('embeddingBag', 'weight', weight);
  if (weight.ndim !== 2) {
    throw new RangeError(
      `embeddingBag: the table must have 2 dimensions, got shape ${shapeText(weight)}`,
    );
  }
  checkBagMode('embeddingBag', mode, options);
  if (perSampleWeights !== null) {
    if (mode !== 'sum') {
      throw new RangeError(`embeddingBag: perSampleWeights need the mode 'sum', got '${mode}'`);
    }
    if (!sameShape(input, perSampleWeights)) {
      throw new RangeError(
        `embeddingBag: perSampleWeights must have the input's shape ${shapeText(input)}, got ${shapeText(perSampleWeights)}`,
      );
    }
  }
  return tidy(() => {
    const starts = bagOffsets(input, offsets);
    const indices = input.reshape([-1]);
    shortenRows(table, indices.handle, maxNorm, normType);
    const [bags] = functions.torch.embeddingBag(
      weight,
      indices,
      starts,
      scaleGradByFreq,
      bagModes.indexOf(mode),
      sparse,
      perSampleWeights?.reshape([-1]) ?? null,
      input.ndim === 1 && includeLastOffset,
      rowIndex(paddingIdx, weight.size(0)),
    );
    return bags;
  });
}
