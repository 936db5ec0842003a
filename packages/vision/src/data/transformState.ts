import { builtInDefinition } from '../transforms/builtIn.js';
import { RandTransform, type TransformDefinition } from '../transforms/randTransform.js';
import type { ItemTransforms } from './itemTransforms.js';

/** {@link ItemTransforms} as JSON. */
export type TransformState = Omit<ItemTransforms, 'tfms'> & {
  readonly tfms: readonly { readonly name: string; readonly options: object }[];
};

/** Without the code of the transforms. */
export function exportTransforms({ tfms, ...rest }: ItemTransforms): TransformState {
  return { ...rest, tfms: tfms.map(({ name, options }) => ({ name, options })) };
}

/**
 * @param own definitions of transforms that are not the package's
 * @throws TypeError for a transform that is neither among them nor the package's
 */
export function importTransforms(
  { tfms, ...rest }: TransformState,
  own: readonly TransformDefinition<object>[] = [],
): ItemTransforms {
  return {
    ...rest,
    tfms: tfms.map(({ name, options }) => {
      const definition = own.find((it) => it.name === name) ?? builtInDefinition(name);
      return new RandTransform(definition, options);
    }),
  };
}
