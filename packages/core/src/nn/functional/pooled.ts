import type { Tensor } from '../../tensor/tensor.js';

export interface IndicesOption<Indices extends boolean = boolean> {
  /** Gives the places of the values too, for unpooling. Default false. */
  returnIndices?: Indices;
}

/** What a pooling gives: the values, and where it is asked to, the places they come from. */
export type Pooled<Indices extends boolean> = Indices extends true
  ? [values: Tensor, indices: Tensor]
  : Tensor;

/** What is asked for of the values and their places. */
export function pooled<Indices extends boolean>(
  found: [values: Tensor, indices: Tensor],
  { returnIndices }: { readonly returnIndices?: boolean },
): Pooled<Indices> {
  return (returnIndices ? found : found[0]) as Pooled<Indices>;
}
