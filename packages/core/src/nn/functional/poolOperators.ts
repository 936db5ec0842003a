import { functions } from '../../ops/install.js';

const { torch, nn } = functions;

/** The mean of windows, by the number of spatial dimensions. */
export const averages = {
  1: torch.avgPool1d,
  2: nn.avgPool2d,
  3: nn.avgPool3d,
} as const;

/** The largest values of windows. */
export const maxima = {
  1: torch.maxPool1d,
  2: torch.maxPool2d,
  3: torch.maxPool3d,
} as const;

/** The largest values of windows, and their places. */
export const maximaWithIndices = {
  1: torch.maxPool1dWithIndices,
  2: nn.maxPool2dWithIndices,
  3: nn.maxPool3dWithIndices,
} as const;
