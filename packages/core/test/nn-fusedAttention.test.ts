import { inferenceMode, nn, noGrad, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const tolerance = { absolute: 1e-4, relative: 1e-4 };

/** Two sequences, of which the second has two steps of padding at the end. */
const padding = [
  [false, false, false, false],
  [false, false, true, true],
];
const masks = () => ({
  x: torch.randn([2, 4, 6]),
  padding: tensor(padding),
  mask: torch.ones([4, 4], { dtype: 'bool' }).triu(1),
  perHead: torch.randn([4, 4, 4]).gt(1).logicalAnd(torch.eye(4).eq(0)),
});

describeWithOracle('attention by fused kernels', (oracle) => {
  it('MultiheadAttention', () =>
    oracle.compare(
      ({ x, padding, mask, perHead }) => {
        const layer = new nn.MultiheadAttention(6, 2, { batchFirst: true, dropout: 0.5 }).eval();
        const calls: nn.AttentionCall[] = [
          {},
          { needWeights: false },
          { averageAttnWeights: false },
          { keyPaddingMask: padding },
          { attnMask: mask },
          { attnMask: mask, isCausal: true, needWeights: false },
          { attnMask: perHead },
          { attnMask: perHead, keyPaddingMask: padding, averageAttnWeights: false },
        ];
        return noGrad(() =>
          calls.flatMap((call) => layer.call(x, x, x, call).filter((part) => part !== null)),
        );
      },
      `m = nn.MultiheadAttention(6, 2, batch_first=True, dropout=0.5).eval()
calls = [{}, dict(need_weights=False), dict(average_attn_weights=False), dict(key_padding_mask=padding), dict(attn_mask=mask),
dict(attn_mask=mask, is_causal=True, need_weights=False), dict(attn_mask=perHead),
dict(attn_mask=perHead, key_padding_mask=padding, average_attn_weights=False)]
with torch.no_grad():
  result = [t for c in calls for t in m(x, x, x, **c) if t is not None]`,
      masks(),
      tolerance,
    ));

  it.each([
    ['plain', {}, ''],
    [
      'norm first, GELU',
      { normFirst: true, activation: 'gelu' },
      "norm_first=True, activation='gelu'",
    ],
    ['with a layer of GELU', { activation: new nn.GELU() }, 'activation=nn.GELU()'],
    ['with SiLU, which no kernel has', { activation: nn.functional.silu }, 'activation=F.silu'],
  ] as const)('TransformerEncoderLayer, %s', (_, options, python) =>
    oracle.compare(
      ({ x, padding, mask, perHead }) => {
        const form = { dimFeedforward: 5, batchFirst: true, ...options };
        const layer = new nn.TransformerEncoderLayer(6, 2, form).eval();
        const calls: nn.TransformerEncoderLayerCall[] = [
          {},
          { srcKeyPaddingMask: padding },
          { srcMask: mask, isCausal: true },
          { srcMask: perHead, srcKeyPaddingMask: padding },
        ];
        return inferenceMode(() => calls.map((call) => layer.call(x, call)));
      },
      `m = nn.TransformerEncoderLayer(6, 2, dim_feedforward=5, batch_first=True${python && `, ${python}`}).eval()
with torch.inference_mode():
  result = [m(x), m(x, src_key_padding_mask=padding), m(x, src_mask=mask, is_causal=True),
    m(x, src_mask=perHead, src_key_padding_mask=padding)]`,
      masks(),
      tolerance,
    ),
  );

  it.each([
    ['plain', {}, ''],
    ['without nested tensors', { enableNestedTensor: false }, 'enable_nested_tensor=False'],
    ['without a look at the mask', { maskCheck: false }, 'mask_check=False'],
  ] as const)('TransformerEncoder, %s', (_, options, python) =>
    oracle.compare(
      ({ x, padding, mask, left }) => {
        const layer = new nn.TransformerEncoderLayer(6, 2, { dimFeedforward: 5, batchFirst: true });
        const encoder = new nn.TransformerEncoder(layer, 2, options).eval();
        const calls: nn.TransformerEncoderCall[] = [
          {},
          { srcKeyPaddingMask: padding },
          { srcKeyPaddingMask: padding, mask },
          { mask },
        ];
        const given = noGrad(() => calls.map((call) => encoder.call(x, call)));
        if (options !== undefined && 'maskCheck' in options) return given;
        return [...given, noGrad(() => encoder.call(x, { srcKeyPaddingMask: left }))];
      },
      `layer = nn.TransformerEncoderLayer(6, 2, dim_feedforward=5, batch_first=True)
m = nn.TransformerEncoder(layer, 2${python && `, ${python}`}).eval()
with torch.no_grad():
  result = [m(x), m(x, src_key_padding_mask=padding), m(x, mask, padding), m(x, mask)]
  if m.mask_check: result.append(m(x, src_key_padding_mask=left))`,
      {
        ...masks(),
        left: tensor(padding.map((row) => row.toReversed())),
      },
      tolerance,
    ),
  );

  it('are for evaluation only', () =>
    oracle.compare(
      ({ x }) => {
        const form = { dimFeedforward: 5, batchFirst: true, dropout: 0.4 };
        const layer = new nn.TransformerEncoderLayer(6, 2, form).eval();
        layer.training = true;
        layer.dropout1.train();
        return noGrad(() => [layer.call(x), layer.train().call(x)]);
      },
      `m = nn.TransformerEncoderLayer(6, 2, dim_feedforward=5, batch_first=True, dropout=0.4).eval()
m.training = True
m.dropout1.train()
with torch.no_grad():
  result = [m(x), m.train()(x)]`,
      { x: torch.randn([2, 4, 6]) },
      tolerance,
    ));

  it('give 0 for padded steps, unless a part has a hook', () =>
    tidy(() => {
      const layer = new nn.TransformerEncoderLayer(6, 2, { dimFeedforward: 5, batchFirst: true });
      const encoder = new nn.TransformerEncoder(layer, 2).eval();
      const x = torch.randn([2, 4, 6]);
      const call = () => noGrad(() => encoder.call(x, { srcKeyPaddingMask: tensor(padding) }));
      const zeros = (output: Tensor) => Number(output.eq(0).sum().item());
      expect(zeros(call())).toBe(12);
      let calls = 0;
      const hook = encoder.getSubmodule('layers.1.linear1').registerForwardHook(() => void calls++);
      expect(zeros(call())).toBe(0);
      expect(calls).toBe(1);
      hook.remove();
      expect(zeros(call())).toBe(12);
      expect(zeros(encoder.call(x, { srcKeyPaddingMask: tensor(padding) }))).toBe(0);
    }));

  it('have no part on the meta device', () =>
    tidy(() => {
      const layer = new nn.MultiheadAttention(6, 2, { batchFirst: true, device: 'meta' }).eval();
      const x = torch.empty([2, 4, 6], { device: 'meta' });
      const given = noGrad(() => layer.call(x, x, x));
      expect(given.map((part) => part?.shape)).toEqual([
        [2, 4, 6],
        [2, 4, 4],
      ]);
    }));

  it('refuse what the parts refuse', () =>
    tidy(() => {
      const form = { dimFeedforward: 5, batchFirst: true };
      const layer = new nn.TransformerEncoderLayer(6, 2, form).eval();
      const x = torch.randn([2, 4, 6]);
      noGrad(() => {
        expect(() => layer.call(x, { isCausal: true })).toThrow('so it needs one');
        expect(() => layer.call(x, { srcMask: x })).toThrow('attnMask must have shape [4, 4] or');
      });
    }));
});
