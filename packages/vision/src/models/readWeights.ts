import { io, type nn, Tensor } from '@flambeau/core';

/**
 * The tensors in a file of weights by name: a `.safetensors` file, or what `torch.save` wrote, a
 * state dictionary or one under the name `state_dict`. Names are those that the network's modules
 * have today, without the `module.` that training on several GPUs puts before them.
 * @throws FileFormatError for a file that holds something else
 */
export function readWeights(path: string): nn.StateDict {
  const stored = path.endsWith('.safetensors') ? io.loadFile(path) : stateOf(io.load(path), path);
  const isWrapped = Object.keys(stored).every((name) => name.startsWith(wrapper));
  return Object.fromEntries(
    Object.entries(stored).map(([name, tensor]) => [
      presentName(isWrapped ? name.slice(wrapper.length) : name),
      tensor,
    ]),
  );
}

const wrapper = 'module.';

function stateOf(loaded: unknown, path: string): nn.StateDict {
  const { state_dict: nested = loaded } = (loaded ?? {}) as { readonly state_dict?: unknown };
  const isState =
    typeof nested === 'object' &&
    nested !== null &&
    Object.values(nested).every((value) => value instanceof Tensor);
  if (!isState) throw new io.FileFormatError(`${path} holds no state dictionary`);
  return nested as nn.StateDict;
}

/** Files of DenseNets are older than the rule that names have no dots: `norm.1` is `norm1`. */
function presentName(name: string): string {
  return name.replace(/(denselayer\d+\.(?:norm|relu|conv))\.([12]\.)/, '$1$2');
}
