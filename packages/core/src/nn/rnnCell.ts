import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy, wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { handleOf } from './functional/handles.js';
import { uniform_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { type LSTMState, lstmState, type StateForm, singleState } from './recurrentState.js';
import { checkNonlinearity, type RNNNonlinearity } from './rnn.js';
import { shapeText } from './shapes.js';

export interface RecurrentCellOptions {
  /** Adds two learned biases. Default true. */
  bias?: boolean;
  device?: Device;
  dtype?: DType;
}

export interface RNNCellOptions extends RecurrentCellOptions {
  /** Default 'tanh'. */
  nonlinearity?: RNNNonlinearity;
}

/** What a kind of cell is made of. */
interface CellKind<Hidden> {
  /** libtorch's operator. */
  readonly operator: 'rnn_tanh_cell' | 'rnn_relu_cell' | 'lstm_cell' | 'gru_cell';
  /** How many linear maps of the hidden size a step computes. */
  readonly gates: number;
  readonly state: StateForm<Hidden>;
  /** Names of the options that not all cells have. */
  readonly ownOptions: readonly string[];
}

/** One step of a recurrent layer. All parameters begin as U(-1/sqrt(hiddenSize), 1/sqrt(hiddenSize)). */
abstract class RecurrentCell<Hidden> extends Module<[input: Tensor, hx?: Hidden | null], Hidden> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** `[gates · hiddenSize, inputSize]` */
  weightIh: Parameter;
  /** `[gates · hiddenSize, hiddenSize]` */
  weightHh: Parameter;
  /** `[gates · hiddenSize]` */
  biasIh: Parameter | null;
  /** `[gates · hiddenSize]` */
  biasHh: Parameter | null;
  protected readonly kind: CellKind<Hidden>;

  protected constructor(
    inputSize: number,
    hiddenSize: number,
    options: RecurrentCellOptions,
    kind: CellKind<Hidden>,
  ) {
    super();
    const owner = this.constructor.name;
    checkOptions(owner, options, ['bias', 'device', 'dtype', ...kind.ownOptions]);
    checkSize(owner, 'inputSize', inputSize);
    checkSize(owner, 'hiddenSize', hiddenSize);
    const { bias = true, device, dtype } = options;
    const factory = { device, dtype };
    const size = kind.gates * hiddenSize;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.weightIh = emptyParameter([size, inputSize], factory);
    this.weightHh = emptyParameter([size, hiddenSize], factory);
    this.biasIh = bias ? emptyParameter([size], factory) : null;
    this.biasHh = bias ? emptyParameter([size], factory) : null;
    this.kind = kind;
    this.resetParameters();
  }

  /** Draws all parameters anew. */
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /**
   * @param input `[batch, inputSize]` or `[inputSize]`
   * @param hx the state before, `[batch, hiddenSize]` or `[hiddenSize]`; zeros unless given
   * @returns the state after
   * @throws RangeError for shapes that do not fit
   */
  override call(input: Tensor, hx: Hidden | null = null): Hidden {
    return super.call(input, hx);
  }

  protected override forward(input: Tensor, hx: Hidden | null = null): Hidden {
    this.checkDims('input', input);
    const { operator, state: form } = this.kind;
    const { weightIh, weightHh, biasIh, biasHh } = this;
    return tidy(() => {
      const batched = input.ndim === 2;
      const data = batched ? input : input.unsqueeze(0);
      const states = hx === null ? this.zeros(data) : this.given(hx, batched);
      const results = aten(operator)(
        data.handle,
        form.toWire(states.map((state) => state.handle)),
        weightIh.handle,
        weightHh.handle,
        biasIh?.handle ?? null,
        biasHh?.handle ?? null,
      ) as Handle | Handle[];
      const next = [results].flat().map(wrap);
      return form.fromList(batched ? next : next.map((state) => state.squeeze(0)));
    });
  }

  private zeros({ shape: [batch = 0], dtype, device }: Tensor): readonly Tensor[] {
    const zeros = functions.torch.zeros([batch, this.hiddenSize], { dtype, device });
    return new Array(this.kind.state.count).fill(zeros);
  }

  private given(hx: Hidden, batched: boolean): readonly Tensor[] {
    return this.kind.state.toList(this.constructor.name, hx).map((state) => {
      this.checkDims('hx', state);
      return batched ? state : state.unsqueeze(0);
    });
  }

  private checkDims(name: string, tensor: Tensor): void {
    const owner = this.constructor.name;
    handleOf(owner, name, tensor);
    if (tensor.ndim !== 1 && tensor.ndim !== 2) {
      throw new RangeError(
        `${owner}: ${name} must have 1 or 2 dimensions, got shape ${shapeText(tensor)}`,
      );
    }
  }

  protected override extraRepr(): string {
    const bias = this.biasIh === null ? ', bias=False' : '';
    return `${this.inputSize}, ${this.hiddenSize}${bias}`;
  }
}

/** One step of an {@link RNN}. */
export class RNNCell extends RecurrentCell<Tensor> {
  readonly nonlinearity: RNNNonlinearity;

  /** @throws RangeError for sizes that are not whole, or another nonlinearity */
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions = {}) {
    const { nonlinearity = 'tanh' } = options;
    checkNonlinearity('RNNCell', nonlinearity);
    super(inputSize, hiddenSize, options, {
      operator: `rnn_${nonlinearity}_cell`,
      gates: 1,
      state: singleState,
      ownOptions: ['nonlinearity'],
    });
    this.nonlinearity = nonlinearity;
  }

  protected override extraRepr(): string {
    const nonlinearity = this.nonlinearity === 'tanh' ? '' : ', nonlinearity=relu';
    return super.extraRepr() + nonlinearity;
  }
}

/** One step of a {@link GRU}. */
export class GRUCell extends RecurrentCell<Tensor> {
  /** @throws RangeError for sizes that are not whole */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(inputSize, hiddenSize, options, {
      operator: 'gru_cell',
      gates: 3,
      state: singleState,
      ownOptions: [],
    });
  }
}

/** One step of an {@link LSTM}; its state is the pair [h, c]. */
export class LSTMCell extends RecurrentCell<LSTMState> {
  /** @throws RangeError for sizes that are not whole */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentCellOptions = {}) {
    super(inputSize, hiddenSize, options, {
      operator: 'lstm_cell',
      gates: 4,
      state: lstmState,
      ownOptions: [],
    });
  }
}
