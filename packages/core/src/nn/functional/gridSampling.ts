import { inspect } from 'node:util';
import { functions } from '../../ops/install.js';
import { isFloatingPoint } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';
import { handleOf } from './handles.js';

/** In the order of libtorch's codes. */
const modes = ['bilinear', 'nearest', 'bicubic'] as const;
const paddingModes = ['zeros', 'border', 'reflection'] as const;

export interface GridSampleCall {
  /** Default 'bilinear'; of a volume that means trilinear. */
  mode?: 'bilinear' | 'nearest' | 'bicubic';
  /** What lies outside of the input: 0 (default), the nearest border, or its mirror image. */
  paddingMode?: 'zeros' | 'border' | 'reflection';
  /** Whether -1 and 1 are the centres of the outermost pixels, not their outer edges. Default false. */
  alignCorners?: boolean;
}

function codeOf(name: string, words: readonly string[], word: string): number {
  const code = words.indexOf(word);
  if (code < 0) {
    throw new RangeError(
      `gridSample: ${name} must be '${words.join("', '")}', got ${inspect(word)}`,
    );
  }
  return code;
}

/**
 * The values of an image at the places of a grid (Jaderberg et al. 2015).
 * @param input `[batch, channels, h, w]`, or `[batch, channels, d, h, w]`
 * @param grid `[batch, hOut, wOut, 2]`, or `[batch, dOut, hOut, wOut, 3]`: places x, y (and z) from
 *   -1 to 1
 * @returns `[batch, channels, hOut, wOut]`, or `[batch, channels, dOut, hOut, wOut]`
 */
export function gridSample(input: Tensor, grid: Tensor, options: GridSampleCall = {}): Tensor {
  handleOf('gridSample', 'input', input);
  handleOf('gridSample', 'grid', grid);
  const { mode = 'bilinear', paddingMode = 'zeros', alignCorners = false } = options;
  return functions.torch.gridSampler(
    input,
    grid,
    codeOf('mode', modes, mode),
    codeOf('paddingMode', paddingModes, paddingMode),
    alignCorners,
  );
}

/**
 * The grid for {@link gridSample} that an affine map of the output's places gives.
 * @param theta floating `[batch, 2, 3]`, or `[batch, 3, 4]` for volumes
 * @param size the shape of the output, `[batch, channels, h, w]` or `[batch, channels, d, h, w]`
 * @returns `[batch, h, w, 2]`, or `[batch, d, h, w, 3]`
 * @throws TypeError for another dtype, RangeError for shapes that do not fit
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  options: Pick<GridSampleCall, 'alignCorners'> = {},
): Tensor {
  handleOf('affineGrid', 'theta', theta);
  if (!isFloatingPoint(theta.dtype)) {
    throw new TypeError(`affineGrid: theta must be of a floating dtype, got ${theta.dtype}`);
  }
  if ((size.length !== 4 && size.length !== 5) || size.some((length) => !(length > 0))) {
    throw new RangeError(
      `affineGrid: size must be 4 or 5 numbers above 0, got [${size.join(', ')}]`,
    );
  }
  const rows = size.length - 2;
  const [, height, width, ...more] = theta.shape;
  if (height !== rows || width !== rows + 1 || more.length > 0) {
    throw new RangeError(
      `affineGrid: theta must have shape [batch, ${rows}, ${rows + 1}] for ${size.length} sizes, got ${shapeText(theta)}`,
    );
  }
  return functions.torch.affineGridGenerator(theta, size, options.alignCorners ?? false);
}
