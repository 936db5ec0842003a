import { checkAbove0, checkWhole } from './checks.js';
import { defineTransform } from './defineTransform.js';
import { uniform, uniformInt } from './draws.js';
import { affineMatrix, type Matrix } from './matrix.js';
import { order, type TransformDefinition } from './randTransform.js';

/** Where the part of an image lies that is shown: from 0, the top or left, to 1. */
export interface Position {
  readonly rowPct: number;
  readonly colPct: number;
}

const centre: Position = { rowPct: 0.5, colPct: 0.5 };
const drawPosition = { rowPct: uniform, colPct: uniform } as const;

function affine<Params extends object>(
  name: string,
  {
    matrix,
    ...rest
  }: Pick<TransformDefinition<Params>, 'defaults' | 'draws' | 'drawn'> & {
    matrix: (params: Params) => Matrix;
  },
) {
  return defineTransform<Params>({
    ...rest,
    name,
    order: order.affine,
    apply: (draft, params) => draft.affine(matrix(params)),
  });
}

/** Turns the image by so many degrees, clockwise where they are below 0. */
export const rotate = affine<{ readonly degrees: number }>('rotate', {
  defaults: { degrees: 0 },
  draws: { degrees: uniform },
  matrix: ({ degrees }) => {
    const angle = (degrees * Math.PI) / 180;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    return affineMatrix(cos, -sin, 0, sin, cos, 0);
  },
});

/** Shows a part of the image, `scale` times as large. Below 1 the image becomes smaller. */
export const zoom = affine<{ readonly scale: number } & Position>('zoom', {
  defaults: { scale: 1, ...centre },
  draws: { scale: uniform, ...drawPosition },
  matrix: ({ scale, ...position }) => {
    checkAbove0('zoom: scale', scale);
    return zoomMatrix(1 / scale, 1 / scale, position);
  },
});

/** Shows a part that is narrower by the factor `scale`; above 1, one that is lower by it. */
export const squish = affine<{ readonly scale: number } & Position>('squish', {
  defaults: { scale: 1, ...centre },
  draws: { scale: uniform, ...drawPosition },
  matrix: ({ scale, ...position }) => {
    checkAbove0('squish: scale', scale);
    return scale <= 1 ? zoomMatrix(scale, 1, position) : zoomMatrix(1, 1 / scale, position);
  },
});

/** Shows a part with so large a share of the width and the height. */
export function zoomMatrix(width: number, height: number, { rowPct, colPct }: Position): Matrix {
  return affineMatrix(
    width,
    0,
    (1 - width) * (2 * colPct - 1),
    0,
    height,
    (1 - height) * (2 * rowPct - 1),
  );
}

/** Mirrors left and right as the image is sampled. */
export const flipAffine = affine<object>('flipAffine', {
  defaults: {},
  draws: {},
  matrix: () => affineMatrix(-1, 0, 0, 0, 1, 0),
});

/**
 * One of the eight ways to lay a square, as the image is sampled: bit 0 of `k` mirrors left and
 * right, bit 1 top and bottom, bit 2 exchanges the axes.
 */
export const dihedralAffine = affine<{ readonly k: number }>('dihedralAffine', {
  defaults: { k: 0 },
  draws: { k: uniformInt },
  drawn: { k: [0, 7] },
  matrix: ({ k }) => {
    checkWhole('dihedralAffine: k', k, 0, 7);
    const x = k & 1 ? -1 : 1;
    const y = k & 2 ? -1 : 1;
    return k & 4 ? affineMatrix(0, x, 0, y, 0, 0) : affineMatrix(x, 0, 0, 0, y, 0);
  },
});
