import { nn, type Tensor, torch } from '@flambeau/core';
import { it } from 'vitest';
import { describeWithOracle } from './oracle.js';

/** Inputs of the cases, fresh in each run; the weights are those of one LSTM layer and cell. */
function inputs() {
  return {
    x: torch.randn(3, 4),
    y: torch.randn(3, 4),
    v: torch.randn(6),
    square: torch.randn(4, 4),
    image: torch.randn(2, 3, 5, 6),
    volume: torch.randn(1, 2, 3, 4, 5),
    steps: torch.randn(7, 2, 4),
    hidden: torch.randn(1, 2, 5),
    cell: torch.randn(1, 2, 5),
    // Of four gates; a GRU has three and a plain RNN one, the first rows of these.
    weightInput: torch.randn(20, 4),
    weightHidden: torch.randn(20, 5),
    biasInput: torch.randn(20),
    biasHidden: torch.randn(20),
    filters: torch.randn(4, 3, 2, 2),
    logits: torch.randn(10, 2, 6),
    classes: torch.randint(1, 6, [2, 4]),
    table: torch.randn(8, 3),
    rows: torch.randint(0, 8, [9]),
    signal: torch.randn(64),
    mask: torch.rand(3, 4).gt(0.5),
  };
}

type Inputs = ReturnType<typeof inputs>;

/** The gates of a recurrent layer: input weights, hidden weights and both biases. */
function gates(i: Inputs, rows: number): Tensor[] {
  return [i.weightInput, i.weightHidden, i.biasInput, i.biasHidden].map((t) =>
    t.narrow(0, 0, rows),
  );
}

const gatesInPython = (rows: number) =>
  `[t[:${rows}] for t in (weightInput, weightHidden, biasInput, biasHidden)]`;
const recurrentInPython = 'True, 1, 0.0, False, False, False';

/** Operators that PyTorch's own database has no samples of, or none that run here. */
const cases: readonly (readonly [python: string, ours: (i: Inputs) => unknown])[] = [
  [
    `torch.lstm(steps, (hidden, cell), ${gatesInPython(20)}, ${recurrentInPython})`,
    (i) => torch.lstm(i.steps, [i.hidden, i.cell], gates(i, 20), true, 1, 0, false, false, false),
  ],
  [
    `torch.gru(steps, hidden, ${gatesInPython(15)}, ${recurrentInPython})`,
    (i) => torch.gru(i.steps, i.hidden, gates(i, 15), true, 1, 0, false, false, false),
  ],
  [
    `torch.rnn_tanh(steps, hidden, ${gatesInPython(5)}, ${recurrentInPython})`,
    (i) => torch.rnnTanh(i.steps, i.hidden, gates(i, 5), true, 1, 0, false, false, false),
  ],
  [
    `torch.rnn_relu(steps, hidden, ${gatesInPython(5)}, ${recurrentInPython})`,
    (i) => torch.rnnRelu(i.steps, i.hidden, gates(i, 5), true, 1, 0, false, false, false),
  ],
  [
    'torch.lstm_cell(steps[0], (hidden[0], cell[0]), weightInput, weightHidden, biasInput, biasHidden)',
    (i) =>
      torch.lstmCell(
        i.steps.at(0),
        [i.hidden.at(0), i.cell.at(0)],
        i.weightInput,
        i.weightHidden,
        i.biasInput,
        i.biasHidden,
      ),
  ],
  [
    'torch.gru_cell(steps[0], hidden[0], weightInput[:15], weightHidden[:15])',
    (i) =>
      torch.gruCell(
        i.steps.at(0),
        i.hidden.at(0),
        i.weightInput.narrow(0, 0, 15),
        i.weightHidden.narrow(0, 0, 15),
      ),
  ],
  [
    'torch.ctc_loss(logits.log_softmax(2), classes, (10, 9), (4, 3), 0, 1, True)',
    (i) => torch.ctcLoss(i.logits.logSoftmax(2), i.classes, [10, 9], [4, 3], 0, 1, true),
  ],
  [
    'torch.embedding_bag(table, rows, torch.tensor([0, 3, 5]), False, 1)[0]',
    (i) => {
      const offsets = torch.tensor([0n, 3n, 5n]);
      return torch.embeddingBag(i.table, i.rows, offsets, false, 1)[0];
    },
  ],
  ['torch.bartlett_window(9)', () => torch.bartlettWindow(9)],
  ['torch.blackman_window(9, periodic=False)', () => torch.blackmanWindow(9, false)],
  ['torch.hann_window(8)', () => torch.hannWindow(8)],
  ['torch.hamming_window(8, True, 0.5)', () => torch.hammingWindow(8, true, 0.5)],
  ['torch.kaiser_window(8, True, 6.5)', () => torch.kaiserWindow(8, true, 6.5)],
  ['torch.vander(v.detach(), 4)', (i) => torch.vander(i.v.detach(), 4)],
  ['torch.slogdet(square)', (i) => torch.slogdet(i.square)],
  ['torch.chain_matmul(x, square, square)', (i) => torch.chainMatmul([i.x, i.square, i.square])],
  ['torch.norm_except_dim(x, 2, 0)', (i) => torch.normExceptDim(i.x, 2, 0)],
  ['torch._VF.unique_dim(classes, 0)', (i) => torch.uniqueDim(i.classes, 0)],
  [
    'torch.native_channel_shuffle(volume.detach(), 2)',
    (i) => torch.nativeChannelShuffle(i.volume.detach(), 2),
  ],
  [
    'torch.conv_tbc(steps, weightInput.reshape(2, 4, 10), biasInput[:10], 1)',
    (i) => torch.convTbc(i.steps, i.weightInput.reshape(2, 4, 10), i.biasInput.narrow(0, 0, 10), 1),
  ],
  [
    'torch.convolution(image, filters, None, (1, 2), (1, 0), (1, 1), False, (0, 0), 1)',
    (i) => torch.convolution(i.image, i.filters, null, [1, 2], [1, 0], [1, 1], false, [0, 0], 1),
  ],
  ['torch.fft.fftfreq(7, d=0.5)', () => torch.fft.fftfreq(7, 0.5)],
  ['torch.fft.rfftfreq(8)', () => torch.fft.rfftfreq(8)],
  ['torch.result_type(x, 1j)', (i) => torch.resultType(i.x, { re: 0, im: 1 })],
  ['torch.promote_types(torch.int8, torch.float16)', () => torch.promoteTypes('int8', 'float16')],
  ['torch.can_cast(torch.float32, torch.int64)', () => torch.canCast('float32', 'int64')],
  [
    '[x.is_floating_point(), x.is_complex(), x.is_signed(), x.is_inference(), x.is_conj(), x.is_neg()]',
    ({ x }) => [
      x.isFloatingPoint(),
      x.isComplex(),
      x.isSigned(),
      x.isInference(),
      x.isConj(),
      x.isNeg(),
    ],
  ],
  ['x[0, 0].is_nonzero()', ({ x }) => x.at(0, 0).isNonzero()],
  ['x.is_same_size(y)', ({ x, y }) => x.isSameSize(y)],
  [
    '[x.dim(), x.get_device(), x.is_contiguous(), x.t().is_contiguous()]',
    ({ x }) => [x.dim(), x.getDevice(), x.isContiguous(), x.t().isContiguous()],
  ],
  ['x.split(3, 1)', ({ x }) => x.split(3, 1)],
  ['x.unsafe_split_with_sizes([1, 3], 1)', ({ x }) => x.unsafeSplitWithSizes([1, 3], 1)],
  ['v.unflatten(0, (2, -1))', ({ v }) => v.unflatten(0, [2, -1])],
  ['x.type_as(classes)', ({ x, classes }) => x.typeAs(classes)],
  ['x.clone().copy_(y[0])', ({ x, y }) => x.clone().copy_(y.at(0))],
  ['square.clone().fill_diagonal_(7)', ({ square }) => square.clone().fillDiagonal_(7)],
  ['x.clone().lerp_(y, 0.3)', ({ x, y }) => x.clone().lerp_(y, 0.3)],
  [
    '[x.relu(), x.clone().relu_(), torch.relu_(x.clone())]',
    ({ x }) => [x.relu(), x.clone().relu_(), torch.relu_(x.clone())],
  ],
  ['x.prelu(v[:1])', ({ x, v }) => x.prelu(v.narrow(0, 0, 1))],
  ['x.hardshrink(0.3)', ({ x }) => x.hardshrink(0.3)],
  [
    'x.detach() + x.slice_scatter(y[:, :2], 1, 0, 2)',
    ({ x, y }) => x.detach().add(x.sliceScatter(y.narrow(1, 0, 2), 1, 0, 2)),
  ],
  [
    'torch.stft(signal, 16, window=torch.hann_window(16), return_complex=True, center=False)',
    ({ signal }) =>
      signal.stft(16, null, null, torch.hannWindow(16), false, null, { returnComplex: true }),
  ],
  [
    '[x.masked_select(mask), x.masked_fill(mask, 2)]',
    ({ x, mask }) => [x.maskedSelect(mask), x.maskedFill(mask, 2)],
  ],
  [
    'F.gelu(x) + torch._C._nn.gelu_(y.clone())',
    ({ x, y }) => nn.functional.gelu(x).add(nn.functional.gelu_(y.clone())),
  ],
  [
    'F.pad(image, (1, 2, 0, 1), "reflect")',
    ({ image }) => nn.functional.reflectionPad2d(image, [1, 2, 0, 1]),
  ],
  [
    'F.pad(image, (1, 2, 0, 1), "replicate")',
    ({ image }) => nn.functional.replicationPad2d(image, [1, 2, 0, 1]),
  ],
  [
    'F.pad(volume, (1, 1, 1, 0, 0, 1), "reflect")',
    ({ volume }) => nn.functional.reflectionPad3d(volume, [1, 1, 1, 0, 0, 1]),
  ],
  [
    'F.fold(steps.reshape(2, 4, 7)[:, :, :6], (3, 4), 2)',
    ({ steps }) => nn.functional.col2im(steps.reshape(2, 4, 7).narrow(2, 0, 6), [3, 4], 2, 1, 0, 1),
  ],
  [
    'nn.utils.rnn.pad_sequence([v, v[:2], v[1:]], True, -1.0)',
    ({ v }) => nn.functional.padSequence([v, v.narrow(0, 0, 2), v.narrow(0, 1, 5)], true, -1),
  ],
  [
    'torch._C._nn.flatten_dense_tensors([x, v])',
    ({ x, v }) => nn.functional.flattenDenseTensors([x, v]),
  ],
  [
    'torch.fake_quantize_per_tensor_affine(x, 0.1, 3, 0, 255)',
    ({ x }) => torch.fakeQuantizePerTensorAffine(x, 0.1, 3, 0, 255),
  ],
  [
    'q = torch.quantize_per_tensor(x.detach(), 0.05, 4, torch.qint8)\n' +
      'result = [q.dequantize(), q.int_repr(), q.q_scale(), q.q_zero_point()]',
    ({ x }) => {
      const q = torch.quantizePerTensor(x.detach(), 0.05, 4, 'qint8');
      return [q.dequantize(), q.intRepr(), q.qScale(), q.qZeroPoint()];
    },
  ],
  [
    's = (x * mask).to_sparse()\n' +
      'result = [s, s.sparse_dim(), s.dense_dim(), s.is_coalesced(), s.indices(), s.values()]',
    ({ x, mask }) => {
      const s = x.mul(mask).toSparse();
      return [s, s.sparseDim(), s.denseDim(), s.isCoalesced(), s.indices(), s.values()];
    },
  ],
  [
    's = (x * mask).to_sparse_csr()\n' +
      'result = [s.crow_indices(), s.col_indices(), s.values(), s @ square]',
    ({ x, mask, square }) => {
      const s = x.mul(mask).toSparseCsr();
      return [s.crowIndices(), s.colIndices(), s.values(), s.matmul(square)];
    },
  ],
  [
    'x.detach().sparse_mask(mask.to_sparse().coalesce())',
    ({ x, mask }) => x.detach().sparseMask(mask.toSparse().coalesce()),
  ],
  [
    'torch.smm((x * mask).detach().to_sparse(), square.detach())',
    ({ x, mask, square }) => torch.smm(x.mul(mask).detach().toSparse(), square.detach()),
  ],
  [
    'torch.sparse_csr_tensor([0, 1, 2], [1, 0], [3.0, 4.0], (2, 2)).to_dense()',
    () =>
      torch
        .sparseCsrTensor(
          torch.tensor([0n, 1n, 2n]),
          torch.tensor([1n, 0n]),
          torch.tensor([3, 4]),
          [2, 2],
        )
        .toDense(),
  ],
];

describeWithOracle("operators outside PyTorch's database", (oracle) => {
  it.each(cases)('%s', async (python, ours) => {
    const fresh = inputs();
    await oracle.compare(ours, python, fresh, { gradients: true });
    for (const tensor of Object.values(fresh)) tensor.dispose();
  });
});
