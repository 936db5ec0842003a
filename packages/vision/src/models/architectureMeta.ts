import type { nn } from '@flambeau/core';

/** A body and a head. */
export type CnnModel = nn.Sequential<readonly [body: nn.Sequential, head: nn.Module]>;

/** How fast.ai makes a body of an architecture, and layer groups of body and head. */
export interface ArchitectureMeta {
  /** See `nn.createBody`. */
  readonly cut: number | undefined;
  /** Where the second and further groups begin. */
  readonly split: (model: CnnModel) => readonly nn.AnyModule[];
}

/** Of an architecture that fast.ai does not know: a body and a head as groups. */
export const unknownMeta: ArchitectureMeta = { cut: undefined, split: (model) => [headOf(model)] };
export const resnetMeta: ArchitectureMeta = {
  cut: -2,
  split: (model) => [bodyOf(model).at(6), headOf(model)],
};

/** Of networks whose first child holds the features: groups begin at these of them. */
export function splitAt(...places: readonly number[]): ArchitectureMeta {
  return {
    cut: -1,
    split: (model) => {
      const features = bodyOf(model).at(0) as nn.Module as nn.Sequential;
      return [...places.map((place) => features.at(place)), headOf(model)];
    },
  };
}

function bodyOf(model: CnnModel): nn.Sequential {
  return model.at(0) as nn.Sequential;
}

function headOf(model: CnnModel): nn.AnyModule {
  return model.at(1);
}
