import type { nn, Tensor } from '@flambeau/core';

/** The values of a module's parameters, its gradients after a backward pass, and its buffers. */
export function stateOf(module: nn.AnyModule): (Tensor | null)[] {
  const parameters = [...module.parameters()];
  return [...parameters, ...parameters.map(({ grad }) => grad), ...module.buffers()];
}

/** Python's `state(m)`: the same of a module `m`. */
export const pythonState =
  'state = lambda m: [*m.parameters(), *(p.grad for p in m.parameters()), *m.buffers()]\n';
