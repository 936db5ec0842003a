import { memory, nn, noGrad, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const tolerance = { absolute: 1e-3, relative: 1e-3 };

const forms: readonly (readonly [string, nn.TransformerLayerOptions, string])[] = [
  ['plain', {}, ''],
  ['batch first, without bias', { batchFirst: true, bias: false }, 'batch_first=True, bias=False'],
  [
    'norm first, with GELU',
    { normFirst: true, activation: 'gelu', layerNormEps: 0.01 },
    "norm_first=True, activation='gelu', layer_norm_eps=0.01",
  ],
  [
    'with a function, without dropout',
    { activation: nn.functional.silu, dropout: 0 },
    'activation=F.silu, dropout=0.0',
  ],
];

describeWithOracle('transformers', (oracle) => {
  it.each(forms)('TransformerEncoderLayer, %s', (_, options, python) =>
    oracle.compare(
      ({ x, mask, padding }) => {
        const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 6, ...options });
        const trained = layer.call(x.requiresGrad_());
        const masked = layer.call(x, { srcMask: mask, srcKeyPaddingMask: padding });
        const tested = layer.eval().call(x);
        const single = layer.call(x.select(1, 0));
        const given = [trained, masked, tested, single];
        given.reduce((sum, part) => sum.add(part.square().sum()), x.sum()).backward();
        return [...given, x.grad, ...stateOf(layer), Object.keys(layer.stateDict()), `${layer}`];
      },
      `${pythonState}m = nn.TransformerEncoderLayer(4, 2, dim_feedforward=6${python && `, ${python}`})
x.requires_grad_()
given = [m(x), m(x, mask, padding), m.eval()(x), m(x[:, 0])]
sum(t.square().sum() for t in given).add(x.sum()).backward()
result = [*given, x.grad, *state(m), list(m.state_dict()), repr(m)]`,
      {
        x: torch.randn([3, 3, 4]),
        mask: tensor([
          [false, true, false],
          [false, false, true],
          [false, false, false],
        ]),
        padding: tensor([
          [false, false, true],
          [false, false, false],
          [false, false, false],
        ]),
      },
      tolerance,
    ),
  );

  it.each(forms)('TransformerDecoderLayer, %s', (_, options, python) =>
    oracle.compare(
      ({ x, memory, padding }) => {
        const layer = new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 6, ...options });
        const tgtMask = nn.Transformer.generateSquareSubsequentMask(2);
        const trained = layer.call(x.requiresGrad_(), memory.requiresGrad_());
        const masked = layer.call(x, memory, {
          tgtMask,
          tgtIsCausal: true,
          memoryMask: padding,
          memoryKeyPaddingMask: padding,
        });
        const tested = layer.eval().call(x, memory);
        const single = layer.call(x.select(1, 0), memory.select(1, 0));
        const given = [trained, masked, tested, single];
        given.reduce((sum, part) => sum.add(part.square().sum()), x.sum()).backward();
        const grads = [x.grad, memory.grad];
        return [...given, ...grads, ...stateOf(layer), Object.keys(layer.stateDict()), `${layer}`];
      },
      `${pythonState}m = nn.TransformerDecoderLayer(4, 2, dim_feedforward=6${python && `, ${python}`})
x.requires_grad_(); memory.requires_grad_()
tgt_mask = nn.Transformer.generate_square_subsequent_mask(2)
given = [m(x, memory), m(x, memory, tgt_mask=tgt_mask, tgt_is_causal=True, memory_mask=padding, memory_key_padding_mask=padding),
m.eval()(x, memory), m(x[:, 0], memory[:, 0])]
sum(t.square().sum() for t in given).add(x.sum()).backward()
result = [*given, x.grad, memory.grad, *state(m), list(m.state_dict()), repr(m)]`,
      {
        x: torch.randn([2, 2, 4]),
        memory: torch.randn([2, 2, 4]),
        padding: tensor([
          [false, true],
          [false, false],
        ]),
      },
      tolerance,
    ),
  );

  it('an encoder and a decoder of copies of one layer', () =>
    oracle.compare(
      ({ x, y, mask }) => {
        const layer = new nn.TransformerEncoderLayer(4, 2, {
          dimFeedforward: 6,
          activation: new nn.GELU(),
        });
        const encoder = new nn.TransformerEncoder(layer, 3, { norm: new nn.LayerNorm(4) });
        const decoder = new nn.TransformerDecoder(
          new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 6 }),
          2,
        );
        const causal = nn.Transformer.generateSquareSubsequentMask(3);
        const memory = encoder.call(x, { mask, isCausal: false });
        const given = [
          memory,
          encoder.call(x, { mask: causal }),
          encoder.call(x, { mask: causal.eq(0).logicalNot() }),
          decoder.call(y, memory, { tgtMask: causal }),
          decoder.call(y, memory, { tgtMask: causal.eq(0).logicalNot(), memoryMask: mask }),
          encoder.eval().call(x),
          decoder.eval().call(y, memory),
        ];
        given.reduce((sum, part) => sum.add(part.square().sum()), x.sum()).backward();
        return [
          ...given,
          ...[...stateOf(encoder), ...stateOf(decoder), ...stateOf(layer)],
          ...[Object.keys(encoder.stateDict()), Object.keys(decoder.stateDict())],
          ...[`${encoder}`, `${decoder}`, encoder.numLayers, decoder.numLayers],
        ];
      },
      `${pythonState}layer = nn.TransformerEncoderLayer(4, 2, dim_feedforward=6, activation=nn.GELU())
encoder = nn.TransformerEncoder(layer, 3, norm=nn.LayerNorm(4))
decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, dim_feedforward=6), 2)
causal = nn.Transformer.generate_square_subsequent_mask(3)
memory = encoder(x, mask=mask, is_causal=False)
given = [memory, encoder(x, mask=causal), encoder(x, mask=causal != 0), decoder(y, memory, tgt_mask=causal),
decoder(y, memory, tgt_mask=causal != 0, memory_mask=mask), encoder.eval()(x), decoder.eval()(y, memory)]
sum(t.square().sum() for t in given).add(x.sum()).backward()
result = [*given, *state(encoder), *state(decoder), *state(layer), list(encoder.state_dict()), list(decoder.state_dict()),
repr(encoder), repr(decoder), encoder.num_layers, decoder.num_layers]`,
      { x: torch.randn([3, 2, 4]), y: torch.randn([3, 2, 4]), mask: torch.randn([3, 3]) },
      tolerance,
    ));

  it.each([true, false])('Transformer with batchFirst %s', (batchFirst) =>
    oracle.compare(
      ({ src, tgt, padding, scores }) => {
        const model = new nn.Transformer(4, 2, {
          numEncoderLayers: 2,
          numDecoderLayers: 1,
          dimFeedforward: 5,
          batchFirst,
        });
        const tgtMask = nn.Transformer.generateSquareSubsequentMask(3);
        const given = [
          model.call(src, tgt),
          model.call(src, tgt, { tgtMask, srcMask: scores, memoryMask: scores }),
          model.call(src, tgt, {
            srcKeyPaddingMask: padding,
            tgtKeyPaddingMask: padding,
            memoryKeyPaddingMask: padding,
          }),
          model.eval().call(src, tgt, { tgtMask, tgtIsCausal: true }),
        ];
        given.reduce((sum, part) => sum.add(part.square().sum()), src.sum()).backward();
        return [...given, ...stateOf(model), Object.keys(model.stateDict()), `${model}`];
      },
      `${pythonState}m = nn.Transformer(4, 2, 2, 1, 5, batch_first=batchFirst)
tgt_mask = m.generate_square_subsequent_mask(3)
given = [m(src, tgt), m(src, tgt, tgt_mask=tgt_mask, src_mask=scores, memory_mask=scores),
m(src, tgt, src_key_padding_mask=padding, tgt_key_padding_mask=padding, memory_key_padding_mask=padding),
m.eval()(src, tgt, tgt_mask=tgt_mask, tgt_is_causal=True)]
sum(t.square().sum() for t in given).add(src.sum()).backward()
result = [*given, *state(m), list(m.state_dict()), repr(m)]`,
      {
        src: torch.randn([3, 3, 4]),
        tgt: torch.randn([3, 3, 4]),
        padding: tensor([
          [false, false, true],
          [false, true, true],
          [false, false, false],
        ]),
        scores: torch.randn([3, 3]),
        batchFirst,
      },
      tolerance,
    ),
  );

  it('defaults, and a custom encoder and decoder', () =>
    oracle.compare(
      () => {
        const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2), 1);
        const decoder = new nn.TransformerDecoder(new nn.TransformerDecoderLayer(4, 2), 1);
        const custom = { customEncoder: encoder, customDecoder: decoder };
        const mask = nn.Transformer.generateSquareSubsequentMask(4, { dtype: 'float64' });
        return [`${new nn.Transformer()}`, `${new nn.Transformer(4, 2, custom)}`, mask];
      },
      `encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2), 1)
decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2), 1)
result = [repr(nn.Transformer()), repr(nn.Transformer(4, 2, custom_encoder=encoder, custom_decoder=decoder)),
nn.Transformer.generate_square_subsequent_mask(4, dtype=torch.float64)]`,
      {},
    ));

  it('a model holds its parameters only, and a call leaves what it gives only', () => {
    const before = memory.liveTensors();
    const sizes = { numEncoderLayers: 2, numDecoderLayers: 1, dimFeedforward: 3 };
    using model = new nn.Transformer(4, 2, sizes);
    expect(memory.liveTensors() - before).toBe([...model.parameters()].length);
    using x = torch.ones([3, 2, 4]);
    using mask = nn.Transformer.generateSquareSubsequentMask(3);
    const held = memory.liveTensors();
    using output = model.call(x, x, { srcMask: mask, tgtMask: mask });
    expect(output.shape).toEqual([3, 2, 4]);
    model.eval();
    using tested = noGrad(() => model.call(x, x));
    expect(tested.requiresGrad).toBe(false);
    expect(memory.liveTensors() - held).toBe(2);
  });

  it('refuse what does not fit', () =>
    tidy(() => {
      const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 2 });
      const x = torch.ones([3, 2, 4]);
      expect(() => new nn.TransformerEncoderLayer(4, 3)).toThrow('divisible by 3 heads, got 4');
      expect(() => new nn.TransformerEncoderLayer(4, 2, { activation: 'selu' as never })).toThrow(
        "activation must be 'relu', 'gelu', a function or a Module, got 'selu'",
      );
      expect(() => new nn.TransformerDecoderLayer(4, 2, { nHead: 2 } as never)).toThrow(
        "has no option 'nHead'",
      );
      expect(() => new nn.TransformerEncoder(layer, 0)).toThrow('numLayers must be a whole number');
      expect(() => layer.call(x, { mask: x } as never)).toThrow("has no option 'mask'");
      expect(() => layer.call(x, { srcMask: x })).toThrow('attnMask must have shape [3, 3] or');
      expect(() => layer.call(null as never)).toThrow('src must be a Tensor, got null');
      const model = new nn.Transformer(4, 2, { numEncoderLayers: 1, numDecoderLayers: 1 });
      expect(() => model.call(x, x.narrow(2, 0, 3))).toThrow('tgt must have 4 features, got shape');
      expect(() => model.call(x, x.narrow(1, 0, 1))).toThrow(
        'src and tgt must have the same batch',
      );
      expect(() => model.call(x, x, { mask: x } as never)).toThrow("has no option 'mask'");
    }));
});
