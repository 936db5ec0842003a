import { noGrad } from '../../autograd/gradMode.js';
import type { RemovableHandle } from '../../autograd/hooks.js';
import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { normalize } from '../functional/normalization.js';
import type { AnyModule } from '../module.js';
import { toPythonName } from '../names.js';
import { Parameter } from '../parameter.js';
import { computedField, isComputed, restoreField } from './computedField.js';
import {
  asMatrix,
  dividedBySigma,
  randomDirection,
  type SpectralNormOptions,
  spectralNormOptions,
  spectralSettings,
} from './spectral.js';

/** The hook of each module and field. */
const hooks = new WeakMap<AnyModule, Map<string, RemovableHandle>>();

const partsOf = (name: string) =>
  (['orig', 'u', 'v'] as const).map((part) => `${toPythonName(name)}_${part}`) as [
    string,
    string,
    string,
  ];

/**
 * Divides a weight by its largest singular value (Miyato et al. 2018), which every call in training
 * brings closer by the power method. The parameter is `weight_orig`, the singular vectors are the
 * buffers `weight_u` and `weight_v`.
 *
 * PyTorch's older form; `parametrizations.spectralNorm` is the newer one.
 * @throws RangeError when the module has no such parameter, or it is made so already
 */
export function spectralNorm<M extends AnyModule>(module: M, options: SpectralNormOptions = {}): M {
  checkOptions('spectralNorm', options, spectralNormOptions);
  const { name, weight, nPowerIterations, eps, dim } = spectralSettings(module, options);
  if (!(weight instanceof Parameter) || isComputed(module, name)) {
    throw new RangeError(`${module.constructor.name} has no parameter '${name}' of its own`);
  }
  const rows = weight.size(dim);
  const u = randomDirection(weight, rows, eps);
  const v = randomDirection(weight, weight.numel() / rows, eps);
  const unit = (vector: Tensor) => normalize(vector, { dim: 0, eps });
  const hook = module.registerForwardPreHook(() => {
    if (!module.training) return;
    noGrad(() =>
      tidy(() => {
        const matrix = asMatrix(weight, dim);
        for (let step = 0; step < nPowerIterations; step++) {
          v.copy_(unit(matrix.T.mv(u)));
          u.copy_(unit(matrix.mv(v)));
        }
      }),
    );
  });
  hooks.set(module, (hooks.get(module) ?? new Map()).set(name, hook));
  computedField(module, name, () => dividedBySigma(weight, dim, u, v));
  for (const [i, part] of partsOf(name).entries()) Reflect.set(module, part, [weight, u, v][i]);
  return module;
}

/**
 * Makes the weight, divided as it is now, one parameter again, a new one.
 * @throws RangeError when {@link spectralNorm} is not on it
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const hook = hooks.get(module)?.get(name);
  if (hook === undefined) {
    throw new RangeError(`${module.constructor.name} has no spectralNorm on '${name}'`);
  }
  hook.remove();
  hooks.get(module)?.delete(name);
  const weight = tidy(() => new Parameter(Reflect.get(module, name) as Tensor));
  for (const part of partsOf(name)) Reflect.deleteProperty(module, part);
  restoreField(module, name, weight);
  return module;
}
