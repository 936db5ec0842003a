import { nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const { rnn } = nn.utils;
type Packed = nn.utils.rnn.PackedSequence;

function parts({ data, batchSizes, sortedIndices, unsortedIndices }: Packed): (Tensor | null)[] {
  return [data, batchSizes, sortedIndices, unsortedIndices];
}

describeWithOracle('packed sequences', (oracle) => {
  it.each([
    ['sorted', [4, 3, 3, 1], {}, ''],
    ['batch first', [5, 2, 1], { batchFirst: true }, 'batch_first=True'],
    ['unsorted', [1, 4, 2, 4], { enforceSorted: false }, 'enforce_sorted=False'],
    [
      'unsorted, batch first',
      [1, 5, 2],
      { enforceSorted: false, batchFirst: true },
      'enforce_sorted=False, batch_first=True',
    ],
  ] as const)('pack and unpack padded sequences, %s', (_, lengths, options, python) =>
    oracle.compare(
      ({ x }) => {
        const batchFirst = 'batchFirst' in options;
        const data = batchFirst ? x.narrow(0, 0, 3) : x.narrow(0, 0, 4).narrow(1, 0, 4);
        const packed = rnn.packPaddedSequence(data, lengths, options);
        return [
          ...parts(packed),
          rnn.padPackedSequence(packed),
          rnn.padPackedSequence(packed, { batchFirst, paddingValue: -1.5, totalLength: 9 }),
          rnn.unpackSequence(packed),
        ];
      },
      `first = 'batch_first' in '${python}'
packed = nn.utils.rnn.pack_padded_sequence(x[:3] if first else x[:4, :4], ${JSON.stringify(lengths)}${python && `, ${python}`})
pad = nn.utils.rnn.pad_packed_sequence
result = [*packed, list(pad(packed)), list(pad(packed, batch_first=first, padding_value=-1.5, total_length=9)),
nn.utils.rnn.unpack_sequence(packed)]`,
      { x: torch.randn([5, 5, 2]) },
      { gradients: true },
    ),
  );

  it('pack sequences', () =>
    oracle.compare(
      ({ a, b, c }) => [
        ...parts(rnn.packSequence([a, b, c])),
        ...parts(rnn.packSequence([c, a, b], { enforceSorted: false })),
        ...rnn.unpackSequence(rnn.packSequence([b, a, c], { enforceSorted: false })),
      ],
      `r = nn.utils.rnn
result = [*r.pack_sequence([a, b, c]), *r.pack_sequence([c, a, b], enforce_sorted=False),
*r.unpack_sequence(r.pack_sequence([b, a, c], enforce_sorted=False))]`,
      { a: torch.randn([4, 2, 3]), b: torch.randn([3, 2, 3]), c: torch.randn([1, 2, 3]) },
      { gradients: true },
    ));

  it('pad and unpad sequences', () =>
    oracle.compare(
      ({ a, b, c }) => {
        const padded = rnn.padSequence([a, b, c]);
        const first = rnn.padSequence([a, b, c], { batchFirst: true });
        return [
          padded,
          rnn.padSequence(new Set([a, b, c]), { batchFirst: true, paddingValue: 2.5 }),
          rnn.padSequence([a, b], { paddingSide: 'left' }),
          rnn.unpadSequence(padded, tensor([2n, 5n, 1n])),
          rnn.unpadSequence(first, [2, 5, 1], { batchFirst: true }),
        ];
      },
      `r = nn.utils.rnn
padded, first = r.pad_sequence([a, b, c]), r.pad_sequence([a, b, c], batch_first=True)
lengths = torch.tensor([2, 5, 1])
result = [padded, r.pad_sequence([a, b, c], batch_first=True, padding_value=2.5), r.pad_sequence([a, b], padding_side='left'),
r.unpad_sequence(padded.clone(), lengths), r.unpad_sequence(first, lengths, batch_first=True)]`,
      { a: torch.randn([2, 3]), b: torch.randn([5, 3]), c: torch.randn([1, 3]) },
      { gradients: true },
    ));

  it('text, and other dtypes', () =>
    oracle.compare(
      ({ a, b }) => {
        const packed = rnn.packSequence([a, b]);
        const sorted = rnn.packSequence([b, a], { enforceSorted: false });
        const cast = sorted.to('float64');
        return [
          packed.toString(),
          sorted.toString(),
          ...parts(cast),
          packed.cpu() === packed,
          rnn.invertPermutation(tensor([2n, 0n, 1n])),
        ];
      },
      `r = nn.utils.rnn
packed, other = r.pack_sequence([a, b]), r.pack_sequence([b, a], enforce_sorted=False)
result = [repr(packed), repr(other), *other.double(), packed.cpu() is packed, r.invert_permutation(torch.tensor([2, 0, 1]))]`,
      { a: tensor([1.5, 2, 3]), b: tensor([4, 5]) },
    ));

  it('are freed together', () => {
    const packed = tidy(() =>
      rnn.packSequence([torch.ones([1]), torch.ones([2])], { enforceSorted: false }),
    );
    const tensors = parts(packed);
    packed.dispose();
    expect(tensors.map((part) => part?.isDisposed)).toEqual([true, true, true, true]);
  });

  it('refuse what does not fit', () =>
    tidy(() => {
      const x = torch.ones([4, 2, 3]);
      const packed = rnn.packPaddedSequence(x, [4, 2]);
      expect(() => rnn.packPaddedSequence(x, [2, 4])).toThrow('enforce_sorted');
      expect(() => rnn.packPaddedSequence(x, [4, 0])).toThrow();
      expect(() => rnn.packPaddedSequence(x, [4])).toThrow();
      expect(() => rnn.padPackedSequence(packed, { totalLength: 3 })).toThrow(
        'totalLength must be at least 4, the length of the longest sequence, got 3',
      );
      expect(() => rnn.unpadSequence(x, [4, 2, 1])).toThrow('got 3 lengths for 2 sequences');
      expect(() => new rnn.PackedSequence(x, null as never)).toThrow(
        'PackedSequence: batchSizes must be a Tensor, got null',
      );
    }));
});
