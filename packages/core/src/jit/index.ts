import { native } from '@flambeau/native';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { ScriptModule } from './scriptModule.js';

export { ScriptModule };

export interface ScriptLoadOptions {
  /** The device that its tensors go to. Default 'cpu', wherever they were. */
  readonly mapLocation?: Device;
}

/**
 * Loads a model that Python has saved with `torch.jit.save`. The file holds code, which runs when
 * the model is called: load none that you do not trust.
 * @typeParam In what it takes
 * @typeParam Out what it gives
 * @throws TorchError for a file that is no TorchScript model
 */
export function load<In extends readonly unknown[] = [input: Tensor], Out = Tensor>(
  path: string,
  options: ScriptLoadOptions = {},
): ScriptModule<In, Out> {
  checkOptions('load', options, ['mapLocation']);
  const { mapLocation = 'cpu' } = options;
  return tidy(() => new ScriptModule<In, Out>(native.scriptLoad(path, mapLocation)));
}

/** As {@link ScriptModule.save}. */
export function save(module: Pick<ScriptModule, 'save'>, path: string): void {
  module.save(path);
}
