import { inspect } from 'node:util';
import { checkOptions } from '../../tensor/options.js';
import { Tensor } from '../../tensor/tensor.js';
import type { AnyModule } from '../module.js';
import { toPythonName } from '../names.js';
import type { StateDict } from '../stateDict.js';

interface Place {
  readonly module: AnyModule;
  readonly field: string;
}

/**
 * Calls `module` with other tensors in the place of some parameters and buffers, under their names
 * in the state dictionary; gradients go to these tensors. The module is as before afterwards.
 * @param inputs what `module.call` takes, one input or an array of them
 * @param options.tieWeights replaces a parameter that is there under several names under all of
 *   them. Default true
 * @throws RangeError for a name that the module does not have
 */
export function functionalCall<In extends readonly unknown[], Out>(
  module: { call(...inputs: In): Out } & AnyModule,
  parametersAndBuffers: Readonly<StateDict>,
  inputs: In | In[0],
  options: { tieWeights?: boolean } = {},
): Out {
  checkOptions('functionalCall', options, ['tieWeights']);
  const { tieWeights = true } = options;
  const places = placesIn(module);
  const given = Object.entries(parametersAndBuffers);
  const replacements = new Map<Place, Tensor>();
  if (tieWeights) {
    for (const [name, tensor] of given) {
      const current = tensorAt(placeOf(places, name));
      for (const place of places.values()) {
        if (tensorAt(place) === current) replacements.set(place, tensor);
      }
    }
  }
  for (const [name, tensor] of given) {
    if (!(tensor instanceof Tensor)) {
      throw new TypeError(`functionalCall: ${name} must be a Tensor, got ${inspect(tensor)}`);
    }
    replacements.set(placeOf(places, name), tensor);
  }
  const before = [...replacements.keys()].map((place) => [place, tensorAt(place)] as const);
  try {
    for (const [place, tensor] of replacements) put(place, tensor);
    return module.call(...((Array.isArray(inputs) ? inputs : [inputs]) as unknown as In));
  } finally {
    for (const [place, tensor] of before) put(place, tensor);
  }
}

function placesIn(root: AnyModule): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [prefix, module] of root.namedModules()) {
    for (const [field, value] of Object.entries(module)) {
      if (!(value instanceof Tensor)) continue;
      const name = toPythonName(field);
      places.set(prefix === '' ? name : `${prefix}.${name}`, { module, field });
    }
  }
  return places;
}

function placeOf(places: ReadonlyMap<string, Place>, name: string): Place {
  const place = places.get(name);
  if (place === undefined) {
    throw new RangeError(`functionalCall: the module has no parameter or buffer '${name}'`);
  }
  return place;
}

function tensorAt({ module, field }: Place): Tensor {
  return Reflect.get(module, field) as Tensor;
}

function put({ module, field }: Place, tensor: Tensor): void {
  Reflect.set(module, field, tensor);
}
