import { inWorkers } from '@flambeau/core';
import * as affine from './affine.js';
import * as crops from './crops.js';
import * as lighting from './lighting.js';
import * as pixels from './pixels.js';
import type { TransformDefinition } from './randTransform.js';
import * as warps from './warps.js';

/** The package's own transforms by their names. */
const builtIn = new Map<string, TransformDefinition<object>>(
  [affine, crops, lighting, pixels, warps]
    .flatMap((module) => Object.values<unknown>(module))
    .flatMap((value) => definitionIn(value) ?? [])
    .map((definition) => [definition.name, definition]),
);

for (const definition of builtIn.values()) {
  inWorkers(definition, {
    module: import.meta.url,
    export: 'builtInDefinition',
    args: [definition.name],
  });
}

/** @throws TypeError for a name that none of the package's own transforms has */
export function builtInDefinition(name: string): TransformDefinition<object> {
  const definition = builtIn.get(name);
  if (definition === undefined) throw new TypeError(`there is no transform '${name}'`);
  return definition;
}

function definitionIn(value: unknown): TransformDefinition<object> | undefined {
  if (typeof value !== 'function' || !('definition' in value)) return undefined;
  return value.definition as TransformDefinition<object>;
}
