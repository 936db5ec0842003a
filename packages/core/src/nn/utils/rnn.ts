import type { Handle } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import { tensor } from '../../tensor/create.js';
import { tidy, wrap } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';
import { PackedSequence } from './packedSequence.js';

export { invertPermutation, PackedSequence } from './packedSequence.js';

export interface BatchFirstOption {
  /** Padded sequences are `[batch, time, *]` instead of `[time, batch, *]`. Default false. */
  batchFirst?: boolean;
}

export interface PackSequenceOptions {
  /**
   * Takes only sequences that are sorted by length, longest first; else they are sorted here, and
   * the result remembers their order. Default true.
   */
  enforceSorted?: boolean;
}

export interface PadSequenceOptions extends BatchFirstOption {
  /** Default 0. */
  paddingValue?: number;
  /** Default 'right'. */
  paddingSide?: 'left' | 'right';
}

export interface PadPackedOptions extends BatchFirstOption {
  /** Default 0. */
  paddingValue?: number;
  /** Pads up to this length; at least the longest sequence's, which is the default. */
  totalLength?: number | null;
}

/** Lengths of sequences: whole numbers, or an integer tensor `[batch]` on the CPU. */
export type SequenceLengths = Tensor | readonly number[];

function lengthsTensor(lengths: SequenceLengths): Tensor {
  return lengths instanceof Tensor ? lengths.to('int64') : tensor([...lengths], { dtype: 'int64' });
}

/**
 * Packs padded sequences; what is behind a sequence's length is left out.
 * @param input `[time, batch, *]`, with `batchFirst` `[batch, time, *]`
 * @throws Error for lengths that are not positive, longer than `input`, of another count, or not
 * sorted where they must be
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: SequenceLengths,
  options: PackSequenceOptions & BatchFirstOption = {},
): PackedSequence {
  const { batchFirst = false, enforceSorted = true } = options;
  return tidy(() => {
    let given = lengthsTensor(lengths);
    let padded = input;
    let order: Tensor | null = null;
    if (!enforceSorted) {
      const sorted = given.sort(-1, true);
      given = sorted.values;
      order = sorted.indices.to(input.device);
      padded = input.indexSelect(batchFirst ? 0 : 1, order);
    }
    const [data, batchSizes] = aten('_pack_padded_sequence')(
      padded.handle,
      given.handle,
      batchFirst,
    ) as [Handle, Handle];
    return new PackedSequence(wrap(data), wrap(batchSizes), order);
  });
}

/**
 * The way back from {@link packPaddedSequence}.
 * @returns the padded sequences in their first order, `[time, batch, *]` or with `batchFirst`
 * `[batch, time, *]`, and their lengths, int64 `[batch]` on the CPU
 * @throws RangeError for a `totalLength` below the length of the longest sequence
 */
export function padPackedSequence(
  sequence: PackedSequence,
  options: PadPackedOptions = {},
): [padded: Tensor, lengths: Tensor] {
  const { batchFirst = false, paddingValue = 0, totalLength = null } = options;
  const { data, batchSizes, unsortedIndices } = sequence;
  const longest = batchSizes.size(0);
  if (totalLength !== null && totalLength < longest) {
    throw new RangeError(
      `padPackedSequence: totalLength must be at least ${longest}, the length of the longest sequence, got ${totalLength}`,
    );
  }
  return tidy(() => {
    const [padded, lengths] = (
      aten('_pad_packed_sequence')(
        data.handle,
        batchSizes.handle,
        batchFirst,
        paddingValue,
        totalLength ?? longest,
      ) as [Handle, Handle]
    ).map(wrap) as [Tensor, Tensor];
    if (unsortedIndices === null) return [padded, lengths];
    return [
      padded.indexSelect(batchFirst ? 0 : 1, unsortedIndices),
      lengths.indexSelect(0, unsortedIndices.cpu()),
    ];
  });
}

/**
 * Stacks sequences `[length, *]`, padded to the longest one.
 * @returns `[time, batch, *]`, with `batchFirst` `[batch, time, *]`
 */
export function padSequence(sequences: Iterable<Tensor>, options: PadSequenceOptions = {}): Tensor {
  const { batchFirst = false, paddingValue = 0, paddingSide = 'right' } = options;
  return functions.nn.padSequence([...sequences], batchFirst, paddingValue, paddingSide);
}

/**
 * Cuts padded sequences to their lengths: the way back from {@link padSequence} with padding on
 * the right.
 * @param padded `[time, batch, *]`, with `batchFirst` `[batch, time, *]`; unlike in Python it is
 * not changed
 * @returns for each sequence a copy of its elements, `[length, *]`
 * @throws RangeError for another number of lengths than sequences
 */
export function unpadSequence(
  padded: Tensor,
  lengths: SequenceLengths,
  options: BatchFirstOption = {},
): Tensor[] {
  return tidy(() => {
    const counts = lengthsTensor(lengths).toArray() as number[];
    const sequences = padded.unbind(options.batchFirst === true ? 0 : 1);
    if (counts.length !== sequences.length) {
      throw new RangeError(
        `unpadSequence: got ${counts.length} lengths for ${sequences.length} sequences`,
      );
    }
    return sequences.map((sequence, i) => sequence.narrow(0, 0, counts[i] as number).clone());
  });
}

/**
 * Packs sequences `[length, *]`.
 * @throws Error for sequences that are empty, or not sorted where they must be
 */
export function packSequence(
  sequences: Iterable<Tensor>,
  options: PackSequenceOptions = {},
): PackedSequence {
  const list = [...sequences];
  const lengths = list.map((sequence) => sequence.size(0));
  return tidy(() => packPaddedSequence(padSequence(list), lengths, options));
}

/** The way back from {@link packSequence}: the sequences `[length, *]` in their first order. */
export function unpackSequence(sequence: PackedSequence): Tensor[] {
  return tidy(() => {
    const [padded, lengths] = padPackedSequence(sequence, { batchFirst: true });
    return unpadSequence(padded, lengths, { batchFirst: true });
  });
}
