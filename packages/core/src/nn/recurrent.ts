import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import { shortest } from '../tensor/formatNumber.js';
import { tidy, wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { isAutocasting } from './autocasting.js';
import { handleOf } from './functional/handles.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { type ProjectedOptions, parameterShapes, recurrentForm } from './recurrentForm.js';
import type { StateForm } from './recurrentState.js';
import { shapeText } from './shapes.js';
import { PackedSequence } from './utils/packedSequence.js';

/** What a kind of recurrent layer is made of. */
export interface RecurrentKind<Hidden> {
  /** libtorch's operator. */
  readonly operator: 'rnn_tanh' | 'rnn_relu' | 'lstm' | 'gru';
  /** How many linear maps of the hidden size a step computes. */
  readonly gates: number;
  readonly state: StateForm<Hidden>;
  /** Names of the options that not all layers have. */
  readonly ownOptions: readonly string[];
}

type Sequences = Tensor | PackedSequence;

/**
 * Layers that go through sequences step by step. A layer's parameters are the fields
 * `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0` and, with a projection,
 * `weight_hr_l0`: `l0` counts the layers, and `_reverse` at the end is the way back in time.
 * All begin as U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)).
 *
 * @typeParam Hidden the state between two steps
 */
export abstract class RecurrentLayer<Hidden> extends Module<
  [input: Sequences, hx?: Hidden | null],
  [output: Sequences, hidden: Hidden]
> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly projSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  dropout: number;
  readonly bidirectional: boolean;
  protected readonly kind: RecurrentKind<Hidden>;
  /** Names of the parameters of each layer and direction, as the operator wants them ordered. */
  protected readonly weightNames: readonly (readonly string[])[];
  [parameter: `weight_${string}` | `bias_${string}`]: Parameter;

  protected constructor(
    inputSize: number,
    hiddenSize: number,
    options: ProjectedOptions,
    kind: RecurrentKind<Hidden>,
  ) {
    super();
    const owner = this.constructor.name;
    const form = recurrentForm(owner, inputSize, hiddenSize, options, kind.ownOptions);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.projSize = form.projSize;
    this.numLayers = form.numLayers;
    this.bias = form.bias;
    this.batchFirst = form.batchFirst;
    this.dropout = form.dropout;
    this.bidirectional = form.bidirectional;
    this.kind = kind;
    const { device, dtype } = options;
    this.weightNames = parameterShapes(form, kind.gates).map((shapes) =>
      shapes.map(([name, shape]) => {
        this.registerParameter(name, emptyParameter(shape, { device, dtype }));
        return name;
      }),
    );
    this.resetParameters();
  }

  /** Draws all parameters anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  private get numDirections(): number {
    return this.bidirectional ? 2 : 1;
  }

  /** The parameters of each layer and direction. */
  get allWeights(): readonly (readonly Tensor[])[] {
    return this.weightNames.map((names) => names.map((name) => Reflect.get(this, name) as Tensor));
  }

  /**
   * @param input `[time, batch, inputSize]`, with `batchFirst` `[batch, time, inputSize]`, without
   * batch `[time, inputSize]`, or packed sequences
   * @param hx the first state, `[numLayers · directions, batch, hiddenSize]`, without batch as
   * `[numLayers · directions, hiddenSize]`; zeros unless given
   * @returns what the last layer gives at each step, packed for packed input, with as many
   * features as `hiddenSize` · directions; and each layer's last state, in the shape of `hx`
   * @throws RangeError for shapes that do not fit
   * @throws TypeError for another dtype than the weights', outside autocast
   */
  override call(input: PackedSequence, hx?: Hidden | null): [PackedSequence, Hidden];
  override call(input: Tensor, hx?: Hidden | null): [Tensor, Hidden];
  override call(input: Sequences, hx: Hidden | null = null): [Sequences, Hidden] {
    return super.call(input, hx);
  }

  protected override forward(input: Sequences, hx: Hidden | null = null): [Sequences, Hidden] {
    return tidy(() =>
      input instanceof PackedSequence ? this.runPacked(input, hx) : this.runPadded(input, hx),
    );
  }

  private runPadded(input: Tensor, hx: Hidden | null): [Tensor, Hidden] {
    const owner = this.constructor.name;
    handleOf(owner, 'input', input);
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw new RangeError(
        `${owner}: the input must have 2 or 3 dimensions, got shape ${shapeText(input)}`,
      );
    }
    const batched = input.ndim === 3;
    const batchDim = this.batchFirst ? 0 : 1;
    const data = batched ? input : input.unsqueeze(batchDim);
    const weights = this.allWeights.flat() as [Tensor, ...Tensor[]];
    this.checkInput(input, weights[0]);
    const states = this.firstStates(data, data.size(batchDim), hx, batched);
    const [output, ...last] = this.run('input', [data.handle], states, weights, [this.batchFirst]);
    if (batched) return [output, this.kind.state.fromList(last)];
    return [
      output.squeeze(batchDim),
      this.kind.state.fromList(last.map((state) => state.squeeze(1))),
    ];
  }

  private runPacked(input: PackedSequence, hx: Hidden | null): [PackedSequence, Hidden] {
    const { data, batchSizes, sortedIndices, unsortedIndices } = input;
    if (data.ndim !== 2) {
      throw new RangeError(
        `${this.constructor.name}: packed data must have 2 dimensions, got shape ${shapeText(data)}`,
      );
    }
    const weights = this.allWeights.flat() as [Tensor, ...Tensor[]];
    this.checkInput(data, weights[0]);
    const batch = Number(batchSizes.select(0, 0).item());
    const states = permuted(this.firstStates(data, batch, hx, true), sortedIndices);
    const [output, ...last] = this.run(
      'data',
      [data.handle, batchSizes.handle],
      states,
      weights,
      [],
    );
    const packed = new PackedSequence(output, batchSizes, sortedIndices, unsortedIndices);
    return [packed, this.kind.state.fromList(permuted(last, unsortedIndices))];
  }

  private checkInput(input: Tensor, { dtype }: Tensor): void {
    const owner = this.constructor.name;
    if (input.dtype !== dtype && !isAutocasting(input.device)) {
      throw new TypeError(
        `${owner}: the input must be ${dtype}, as the weights, got ${input.dtype}`,
      );
    }
    if (input.size(-1) !== this.inputSize) {
      throw new RangeError(
        `${owner}: the last dimension of the input must be inputSize ${this.inputSize}, got shape ${shapeText(input)}`,
      );
    }
  }

  private firstStates(
    data: Tensor,
    batch: number,
    hx: Hidden | null,
    batched: boolean,
  ): readonly Tensor[] {
    const layers = this.numLayers * this.numDirections;
    // The hidden state is what is projected, the cell is not.
    const sizes = [this.projSize || this.hiddenSize, this.hiddenSize];
    const { dtype, device } = data;
    const { state: form } = this.kind;
    if (hx === null) {
      return sizes
        .slice(0, form.count)
        .map((size) => functions.torch.zeros([layers, batch, size], { dtype, device }));
    }
    const owner = this.constructor.name;
    return form.toList(owner, hx).map((state, i) => {
      handleOf(owner, 'hx', state);
      const size = sizes[i] as number;
      const expected = `[${(batched ? [layers, batch, size] : [layers, size]).join(', ')}]`;
      if (shapeText(state) !== expected) {
        throw new RangeError(`${owner}: hx must have shape ${expected}, got ${shapeText(state)}`);
      }
      return batched ? state : state.unsqueeze(1);
    });
  }

  /** @param last arguments that only this overload has */
  private run(
    overload: 'input' | 'data',
    input: readonly Handle[],
    states: readonly Tensor[],
    weights: readonly Tensor[],
    last: readonly boolean[],
  ): [output: Tensor, ...states: Tensor[]] {
    const { operator, state: form } = this.kind;
    const results = aten(operator, overload)(
      ...input,
      form.toWire(states.map((state) => state.handle)),
      weights.map((weight) => weight.handle),
      this.bias,
      this.numLayers,
      this.dropout,
      this.training,
      this.bidirectional,
      ...last,
    ) as Handle[];
    return results.map(wrap) as [Tensor, ...Tensor[]];
  }

  protected override extraRepr(): string {
    const parts = [`${this.inputSize}`, `${this.hiddenSize}`];
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push('bias=False');
    if (this.batchFirst) parts.push('batch_first=True');
    if (this.dropout !== 0) parts.push(`dropout=${shortest(this.dropout)}`);
    if (this.bidirectional) parts.push('bidirectional=True');
    return parts.join(', ');
  }
}

function permuted(states: readonly Tensor[], order: Tensor | null): readonly Tensor[] {
  return order === null ? states : states.map((state) => state.indexSelect(1, order));
}
