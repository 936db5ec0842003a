import type { Handle } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { handleOf, optionalHandle } from './handles.js';

/** y = x Wᵀ + b. @param input `[*, in]` @param weight `[out, in]` @param bias `[out]` */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return wrap(
    aten('linear')(
      handleOf('linear', 'input', input),
      handleOf('linear', 'weight', weight),
      optionalHandle('linear', 'bias', bias),
    ) as Handle,
  );
}
