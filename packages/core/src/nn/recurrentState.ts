import { inspect } from 'node:util';
import type { Handle } from '@flambeau/native';
import type { Tensor } from '../tensor/tensor.js';

/** The hidden state and the cell of an LSTM. */
export type LSTMState = readonly [hidden: Tensor, cell: Tensor];

/** How the state of a recurrent layer is a list of tensors, and what libtorch takes for it. */
export interface StateForm<Hidden> {
  /** How many tensors it is. */
  readonly count: 1 | 2;
  toList(owner: string, hidden: Hidden): readonly Tensor[];
  fromList(states: readonly Tensor[]): Hidden;
  toWire(states: readonly Handle[]): Handle | readonly Handle[];
}

export const singleState: StateForm<Tensor> = {
  count: 1,
  toList: (_, hidden) => [hidden],
  fromList: (states) => states[0] as Tensor,
  toWire: (states) => states[0] as Handle,
};

export const lstmState: StateForm<LSTMState> = {
  count: 2,
  toList(owner, hidden) {
    if (Array.isArray(hidden) && hidden.length === 2) return hidden;
    throw new TypeError(
      `${owner}: hx must be the pair [hidden, cell], got ${inspect(hidden, { depth: 0 })}`,
    );
  },
  fromList: (states) => states as unknown as LSTMState,
  toWire: (states) => states,
};
