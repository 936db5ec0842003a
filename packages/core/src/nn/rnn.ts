import type { Tensor } from '../tensor/tensor.js';
import { RecurrentLayer } from './recurrent.js';
import type { ProjectedOptions, RecurrentOptions } from './recurrentForm.js';
import { type LSTMState, lstmState, singleState } from './recurrentState.js';

export type RNNNonlinearity = 'tanh' | 'relu';

export interface RNNOptions extends RecurrentOptions {
  /** Default 'tanh'. */
  nonlinearity?: RNNNonlinearity;
}

/** @throws RangeError for another nonlinearity */
export function checkNonlinearity(owner: string, nonlinearity: RNNNonlinearity): void {
  if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') {
    throw new RangeError(
      `${owner}: nonlinearity must be 'tanh' or 'relu', got '${String(nonlinearity)}'`,
    );
  }
}

/** h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or ReLU instead of tanh (Elman 1990). */
export class RNN extends RecurrentLayer<Tensor> {
  readonly nonlinearity: RNNNonlinearity;

  /** @throws RangeError for sizes that are not positive, or another nonlinearity */
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const { nonlinearity = 'tanh' } = options;
    checkNonlinearity('RNN', nonlinearity);
    super(inputSize, hiddenSize, options, {
      operator: `rnn_${nonlinearity}`,
      gates: 1,
      state: singleState,
      ownOptions: ['nonlinearity'],
    });
    this.nonlinearity = nonlinearity;
  }
}

/**
 * Gated recurrent units (Cho et al. 2014), with the reset gate applied to the hidden state's linear
 * map:
 *
 * r = σ(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r (W_hn h + b_hn)),
 * h' = (1 - z) n + z h.
 *
 * The gates stand in the parameters in the order r, z, n.
 */
export class GRU extends RecurrentLayer<Tensor> {
  /** @throws RangeError for sizes that are not positive */
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, options, {
      operator: 'gru',
      gates: 3,
      state: singleState,
      ownOptions: [],
    });
  }
}

export type LSTMOptions = ProjectedOptions;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997), with forget gates:
 *
 * i = σ(W_ii x + b_ii + W_hi h + b_hi), f and o likewise, g the same with tanh,
 * c' = f c + i g, h' = o tanh(c').
 *
 * The gates stand in the parameters in the order i, f, g, o. The state is the pair [h, c], where h
 * has the size `projSize` where that is not 0.
 */
export class LSTM extends RecurrentLayer<LSTMState> {
  /** @throws RangeError for sizes that are not positive, or `projSize` not below `hiddenSize` */
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions = {}) {
    super(inputSize, hiddenSize, options, {
      operator: 'lstm',
      gates: 4,
      state: lstmState,
      ownOptions: ['projSize'],
    });
  }
}
