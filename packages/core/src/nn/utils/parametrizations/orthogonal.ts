import { noGrad } from '../../../autograd/gradMode.js';
import { functions } from '../../../ops/install.js';
import { isComplex } from '../../../tensor/dtype.js';
import { machineEpsilon } from '../../../tensor/machineEpsilon.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import { Tensor } from '../../../tensor/tensor.js';
import { type AnyModule, Module } from '../../module.js';
import { sameSizes, shapeText } from '../../shapes.js';
import { registerParametrization } from '../parametrize/index.js';

/** How an orthogonal matrix is made of one that is not. */
export type OrthogonalMap = 'matrixExp' | 'cayley' | 'householder';

export interface OrthogonalOptions {
  /** The parameter's field. Default 'weight'. */
  name?: string;
  /**
   * 'matrixExp': exp(A); 'cayley': (I + A/2)(I - A/2)⁻¹, both with a skew-symmetric A;
   * 'householder': a product of reflections. Default 'matrixExp' for square or complex matrices,
   * else 'householder'.
   */
  orthogonalMap?: OrthogonalMap | null;
  /**
   * Multiplies by a fixed orthogonal matrix, the buffer `base`, so that the map works near the
   * identity (Lezcano-Casado 2019). Default true.
   */
  useTrivialization?: boolean;
}

const maps: readonly OrthogonalMap[] = ['matrixExp', 'cayley', 'householder'];
const diagonalOf = { dim1: -2, dim2: -1 } as const;

/** Named as in PyTorch, for the text of a module. */
class _Orthogonal extends Module {
  readonly shape: readonly number[];
  readonly orthogonalMap: OrthogonalMap;
  readonly useTrivialization: boolean;
  base: Tensor | null = null;

  constructor(shape: readonly number[], orthogonalMap: OrthogonalMap, useTrivialization: boolean) {
    super();
    this.shape = shape;
    this.orthogonalMap = orthogonalMap;
    this.useTrivialization = useTrivialization;
  }

  protected override forward(x: Tensor): Tensor {
    return tidy(() => {
      const isWide = x.size(-2) < x.size(-1);
      const tall = isWide ? x.mT : x;
      const { orthogonalMap: map, base } = this;
      const near = map === 'householder' ? reflected(tall) : rotated(tall, map);
      const q = base === null ? near : base.matmul(near);
      return isWide ? q.mT : q;
    });
  }

  /** An orthogonal matrix near `q` becomes the base, from which the parameter is at no distance. */
  rightInverse(q: Tensor): Tensor | null {
    if (!sameSizes(q.shape, this.shape)) {
      throw new RangeError(
        `an orthogonal matrix of shape [${this.shape.join(', ')}] is expected, got ${shapeText(q)}`,
      );
    }
    const isWide = q.size(-2) < q.size(-1);
    return noGrad(() => {
      if (!this.useTrivialization) {
        if (this.orthogonalMap !== 'householder') return null;
        return tidy(() => {
          const reflectors = reflectorsOf(isWide ? q.mT : q);
          return isWide ? reflectors.mT : reflectors;
        });
      }
      this.base?.dispose();
      this.base = tidy(() => completed(isWide ? q.mT : q));
      return tidy(() => {
        const start = functions.torch.zerosLike(q);
        start.diagonal(diagonalOf).fill_(-1);
        return start;
      });
    });
  }
}

/** The first columns of the orthogonal matrix that the lower triangle of `tall` stands for. */
function rotated(tall: Tensor, map: 'matrixExp' | 'cayley'): Tensor {
  const [n, k] = [tall.size(-2), tall.size(-1)];
  const { dtype, device } = tall;
  let lower = tall.tril();
  if (n !== k) {
    const rest = functions.torch.zeros([...tall.shape.slice(0, -1), n - k], { dtype, device });
    lower = functions.torch.cat([lower, rest], -1);
  }
  const skew = lower.sub(lower.mH);
  if (map === 'matrixExp') return skew.matrixExp().narrow(-1, 0, k);
  const identity = functions.torch.eye(n, { dtype, device });
  const half = skew.div(2);
  return functions.linalg.solve(identity.sub(half), identity.add(half)).narrow(-1, 0, k);
}

/** The product of the reflections below the diagonal, with the signs on it. */
function reflected(tall: Tensor): Tensor {
  const vectors = tall.tril(-1);
  const tau = vectors.square().sum(-2).add(1).reciprocal().mul(2);
  const signs = tall.diagonal(diagonalOf).detach().trunc().unsqueeze(-2);
  return functions.linalg.householderProduct(vectors, tau).mul(signs);
}

/** The reflections of which {@link reflected} makes the orthogonal factor of `tall`. */
function reflectorsOf(tall: Tensor): Tensor {
  const [reflectors, tau] = tall.geqrf();
  const diagonal = reflectors.diagonal(diagonalOf);
  // LAPACK gives a tau of exactly 0 where it does not reflect.
  const signs = diagonal.sign().mul(tau.eq(0).to(diagonal.dtype).mul(-2).add(1));
  diagonal.copy_(signs);
  return reflectors;
}

/** A square orthogonal matrix that begins with the columns of `tall`, made orthogonal. */
function completed(tall: Tensor): Tensor {
  const [n, k] = [tall.size(-2), tall.size(-1)];
  if (n === k) return isOrthogonal(tall) ? tall.clone() : orthogonalFactor(tall);
  const { dtype, device } = tall;
  const random = functions.torch.randn([...tall.shape.slice(0, -1), n - k], { dtype, device });
  return orthogonalFactor(functions.torch.cat([tall, random], -1));
}

function isOrthogonal(q: Tensor): boolean {
  const n = q.size(-2);
  const product = q.mH.matmul(q);
  const identity = functions.torch.eye(n, { dtype: q.dtype, device: q.device });
  return product.allclose(identity.expand(product.shape), {
    atol: 10 * n * machineEpsilon(q.dtype),
  });
}

/** The Q of the decomposition Q R in which the diagonal of R is positive. */
function orthogonalFactor(matrix: Tensor): Tensor {
  const [reflectors, tau] = matrix.geqrf();
  const signs = reflectors.diagonal(diagonalOf).sgn().unsqueeze(-2);
  return functions.linalg.householderProduct(reflectors, tau).mul(signs);
}

/**
 * Keeps a matrix orthogonal, or unitary: its columns orthonormal, or its rows where it has fewer of
 * them. A tensor of more dimensions is a batch of matrices. It begins as the nearest such matrix,
 * by QR.
 * @throws RangeError when the module has no such parameter, when it is no matrix, and for
 *   'householder' with complex numbers
 */
export function orthogonal<M extends AnyModule>(module: M, options: OrthogonalOptions = {}): M {
  checkOptions('orthogonal', options, ['name', 'orthogonalMap', 'useTrivialization']);
  const { name = 'weight', useTrivialization = true } = options;
  const weight: unknown = Reflect.get(module, name);
  if (!(weight instanceof Tensor)) {
    throw new RangeError(`${module.constructor.name} has no parameter or buffer '${name}'`);
  }
  if (weight.ndim < 2) {
    throw new RangeError(`orthogonal: a matrix is expected, got shape ${shapeText(weight)}`);
  }
  const isSquare = weight.size(-2) === weight.size(-1);
  const fallback = isSquare || isComplex(weight.dtype) ? 'matrixExp' : 'householder';
  const map = options.orthogonalMap ?? fallback;
  if (!maps.includes(map)) {
    throw new RangeError(`orthogonalMap must be '${maps.join("', '")}', got '${String(map)}'`);
  }
  if (map === 'householder' && isComplex(weight.dtype)) {
    throw new RangeError("orthogonalMap 'householder' takes no complex matrices");
  }
  const parametrization = new _Orthogonal(weight.shape, map, useTrivialization);
  return registerParametrization(module, name, parametrization, { unsafe: true });
}
