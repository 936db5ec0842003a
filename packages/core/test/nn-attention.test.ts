import { nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const tolerance = { absolute: 1e-4, relative: 1e-4 };
const F = nn.functional;

describeWithOracle('attention', (oracle) => {
  it.each([
    ['plain', {}, ''],
    ['without bias', { bias: false }, 'bias=False'],
    [
      'batch first, with dropout',
      { batchFirst: true, dropout: 0.3 },
      'batch_first=True, dropout=0.3',
    ],
    ['of other keys and values', { kdim: 5, vdim: 3 }, 'kdim=5, vdim=3'],
    ['of other values, without bias', { vdim: 3, bias: false }, 'vdim=3, bias=False'],
    [
      'with a learned key and one of zeros',
      { addBiasKv: true, addZeroAttn: true },
      'add_bias_kv=True, add_zero_attn=True',
    ],
    ['of another dtype', { dtype: 'float64' }, 'dtype=torch.float64'],
  ] as const)('MultiheadAttention, %s', (_, options: nn.MultiheadAttentionOptions, python) =>
    oracle.compare(
      (inputs) => {
        const layer = new nn.MultiheadAttention(6, 2, options);
        const { dtype } = layer.outProj.weight;
        const [q, k, v] = [inputs.q, inputs.k, inputs.v].map((input, i) =>
          input
            .narrow(2, 0, [6, layer.kdim, layer.vdim][i] as number)
            .to(dtype)
            .detach()
            .requiresGrad_(),
        ) as [Tensor, Tensor, Tensor];
        const given = [
          ...layer.call(q, k, v),
          ...layer.call(q, k, v, { averageAttnWeights: false }),
          ...layer.call(q, k, v, { needWeights: false }),
          ...layer.eval().call(q, k, v),
          ...layer.call(q.select(1, 0), k.select(1, 0), v.select(1, 0)),
        ];
        const tensors = given.filter((part) => part !== null);
        tensors.reduce((sum: Tensor, part) => sum.add(part.square().sum()), q.sum()).backward();
        return [
          ...given,
          ...[q.grad, k.grad, v.grad],
          ...stateOf(layer),
          Object.keys(layer.stateDict()),
          layer.toString(),
        ];
      },
      `${pythonState}m = nn.MultiheadAttention(6, 2${python && `, ${python}`})
q, k, v = [t[..., :n].to(m.out_proj.weight.dtype).detach().requires_grad_() for t, n in zip((q, k, v), (6, m.kdim, m.vdim))]
given = [*m(q, k, v), *m(q, k, v, average_attn_weights=False), *m(q, k, v, need_weights=False), *m.eval()(q, k, v),
*m(q[:, 0], k[:, 0], v[:, 0])]
sum(t.square().sum() for t in given if t is not None).add(q.sum()).backward()
result = [*given, q.grad, k.grad, v.grad, *state(m), list(m.state_dict()), repr(m)]`,
      { q: torch.randn([4, 4, 6]), k: torch.randn([4, 4, 6]), v: torch.randn([4, 4, 6]) },
      tolerance,
    ),
  );

  it.each([true, false])('of a tensor to itself and to another, with weights %s', (needWeights) =>
    oracle.compare(
      ({ q, k }) => {
        const layer = new nn.MultiheadAttention(6, 3, { dropout: 0.2 });
        const given = [
          layer.call(q, q, q, { needWeights }),
          layer.call(q, k, k, { needWeights }),
          layer.call(q, k, q.mul(2).narrow(0, 0, 2), { needWeights }),
        ];
        return given.flat().filter((part) => part !== null);
      },
      `m = nn.MultiheadAttention(6, 3, dropout=0.2)
given = [m(q, q, q, need_weights=w), m(q, k, k, need_weights=w), m(q, k, 2 * q[:2], need_weights=w)]
result = [t for pair in given for t in pair if t is not None]`,
      { q: torch.randn([4, 2, 6]), k: torch.randn([2, 2, 6]), w: needWeights },
      { ...tolerance, gradients: true },
    ),
  );

  it.each([
    ['plain', {}, ''],
    [
      'with added keys',
      { addBiasKv: true, addZeroAttn: true },
      'add_bias_kv=True, add_zero_attn=True',
    ],
    ['batch first', { batchFirst: true }, 'batch_first=True'],
  ] as const)('masks, %s', (_, options, python) =>
    oracle.compare(
      ({ x, padding, mask, scores, perHead }) => {
        const layer = new nn.MultiheadAttention(4, 2, options);
        const length = 'batchFirst' in options ? 2 : 3;
        const causal = torch.full([length, length], Number.NEGATIVE_INFINITY).triu(1);
        const fit = (given: Tensor) => given.narrow(-1, 0, length);
        const square = (given: Tensor) => fit(given).narrow(-2, 0, length);
        const batch = 5 - length;
        const calls: nn.AttentionCall[] = [
          { keyPaddingMask: fit(padding).narrow(0, 0, batch) },
          { attnMask: square(mask) },
          { attnMask: square(scores), averageAttnWeights: false },
          {
            attnMask: square(perHead).narrow(0, 0, 2 * batch),
            keyPaddingMask: fit(padding).narrow(0, 0, batch),
          },
          { attnMask: causal, isCausal: true },
        ];
        return calls.flatMap((call) => {
          const fast = layer.call(x, x, x, { ...call, needWeights: false });
          return [...layer.call(x, x, x, call), fast[0]] as Tensor[];
        });
      },
      `m = nn.MultiheadAttention(4, 2${python && `, ${python}`})
n = 2 if m.batch_first else 3
b = 5 - n
causal = nn.Transformer.generate_square_subsequent_mask(n)
padding, mask, scores, per_head = padding[:b, :n], mask[:n, :n], scores[:n, :n], per_head[:2 * b, :n, :n]
calls = [dict(key_padding_mask=padding), dict(attn_mask=mask), dict(attn_mask=scores, average_attn_weights=False),
dict(attn_mask=per_head, key_padding_mask=padding), dict(attn_mask=causal, is_causal=True)]
result = [t for c in calls for t in [*m(x, x, x, **c), m(x, x, x, **c, need_weights=False)[0]]]`.replaceAll(
        'per_head',
        'perHead',
      ),
      {
        x: torch.randn([3, 2, 4]),
        padding: tensor([
          [false, false, true],
          [false, true, false],
          [false, false, false],
        ]),
        mask: tensor([
          [false, true, true],
          [true, false, false],
          [false, false, false],
        ]),
        scores: torch.randn([3, 3]),
        perHead: torch
          .rand([6, 3, 3])
          .gt(0.8)
          .logicalAnd(torch.eye(3).eq(0))
          .logicalAnd(tensor([false, true, true])),
      },
      { ...tolerance, gradients: true },
    ),
  );

  it('multiHeadAttentionForward, with static keys and with weights of their own', () =>
    oracle.compare(
      ({ q, k, v, w, b, s, o }) => {
        const weights = w.chunk(3) as [Tensor, Tensor, Tensor];
        const args = [4, 2, w, b, null, null, false, 0.5, o, null] as const;
        const separate = {
          useSeparateProjWeight: true,
          qProjWeight: weights[0],
          kProjWeight: weights[1],
          vProjWeight: weights[2],
        };
        return [
          ...F.multiHeadAttentionForward(q, k, v, ...args, {
            staticK: s,
            staticV: s,
            training: false,
          }),
          ...F.multiHeadAttentionForward(q, k, v, ...args, { ...separate, needWeights: true }),
          F.multiHeadAttentionForward(q, k, v, ...args, { ...separate, needWeights: false })[0],
        ];
      },
      `f = F.multi_head_attention_forward
args = (q, k, v, 4, 2, w, b, None, None, False, 0.5, o, None)
c = w.chunk(3)
separate = dict(use_separate_proj_weight=True, q_proj_weight=c[0], k_proj_weight=c[1], v_proj_weight=c[2])
result = [*f(*args, static_k=s, static_v=s, training=False), *f(*args, **separate), f(*args, **separate, need_weights=False)[0]]`,
      {
        q: torch.randn([3, 2, 4]),
        k: torch.randn([5, 2, 4]),
        v: torch.randn([5, 2, 4]),
        w: torch.randn([12, 4]),
        b: torch.randn([12]),
        s: torch.randn([4, 6, 2]),
        o: torch.randn([4, 4]),
      },
      { ...tolerance, gradients: true },
    ));

  it('scaledDotProductAttention', () =>
    oracle.compare(
      ({ q, k, v, mask }) => [
        F.scaledDotProductAttention(q, k, v),
        F.scaledDotProductAttention(q, k, v, { attnMask: mask, scale: 0.3 }),
        F.scaledDotProductAttention(q, q, q, { isCausal: true }),
        F.scaledDotProductAttention(q, k, v, null, 0.4),
        F.scaledDotProductAttention(q, k.narrow(1, 0, 2), v.narrow(1, 0, 2), { enableGqa: true }),
      ],
      `f = F.scaled_dot_product_attention
result = [f(q, k, v), f(q, k, v, attn_mask=mask, scale=0.3), f(q, q, q, is_causal=True), f(q, k, v, None, 0.4),
f(q, k[:, :2], v[:, :2], enable_gqa=True)]`,
      {
        q: torch.randn([2, 4, 3, 6]),
        k: torch.randn([2, 4, 5, 6]),
        v: torch.randn([2, 4, 5, 6]),
        mask: torch.randn([3, 5]),
      },
      { ...tolerance, gradients: true },
    ));

  it('masks of different dtypes are warned of', () =>
    tidy(() => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const x = torch.ones([2, 1, 4]);
      const attnMask = torch.zeros([2, 2]);
      const keyPaddingMask = torch.zeros([1, 2], { dtype: 'bool' });
      new nn.MultiheadAttention(4, 2).call(x, x, x, { attnMask, keyPaddingMask });
      expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
        expect.stringContaining('keyPaddingMask is bool, the attention mask float32'),
      ]);
      warn.mockRestore();
    }));

  it('refuse what does not fit', () =>
    tidy(() => {
      const Attention = nn.MultiheadAttention;
      expect(() => new Attention(4, 3)).toThrow('embedDim must be divisible by 3 heads, got 4');
      expect(() => new Attention(0, 1)).toThrow('embedDim must be a whole number of at least 1');
      expect(() => new Attention(4, 2, { kDim: 3 } as never)).toThrow("has no option 'kDim'");
      expect(() => new Attention(4, 2, { dropout: 2 })).toThrow('between 0 and 1, got 2');
      const layer = new Attention(4, 2);
      const x = torch.ones([3, 2, 4]);
      const flat = x.select(1, 0);
      const call = (options: nn.AttentionCall) => () => layer.call(x, x, x, options);
      expect(() => layer.call(x, x, null as never)).toThrow('value must be a Tensor, got null');
      expect(() => layer.call(flat.select(0, 0), x, x)).toThrow('2 or 3 dimensions, got shape [4]');
      expect(() => layer.call(flat, x, x)).toThrow('query of 2 dimensions, key must have 2, got');
      expect(() => layer.call(x, x, x.narrow(0, 0, 2))).toThrow('key and value do not go together');
      expect(() => layer.call(x.narrow(2, 0, 3), x, x)).toThrow('query must be 4, got shape');
      expect(call({ mask: x } as never)).toThrow("has no option 'mask'");
      expect(call({ isCausal: true })).toThrow('isCausal says what attnMask is, so it needs one');
      expect(call({ attnMask: x })).toThrow('attnMask must have shape [3, 3] or [4, 3, 3], got');
      expect(call({ attnMask: flat.long() })).toThrow(
        'attnMask must be boolean or floating, got int64',
      );
      expect(call({ keyPaddingMask: x })).toThrow(
        'keyPaddingMask must have 2, got shape [3, 2, 4]',
      );
      expect(call({ keyPaddingMask: flat })).toThrow('must fit 2 sequences of 3 keys, got [3, 4]');
      const forward =
        (options: nn.MultiHeadAttentionCall, weight: Tensor | null = null, k = null) =>
        () =>
          F.multiHeadAttentionForward(
            x,
            x,
            x,
            4,
            2,
            weight,
            null,
            k,
            x,
            false,
            0,
            x,
            null,
            options,
          );
      expect(forward({})).toThrow('biasK and biasV must be given together');
    }));
});
