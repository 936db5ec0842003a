import { Tensor } from '@flambeau/core';

/** Python: the leaves of nested containers, with their places, and the keys' types. */
export const pythonLeaves = `
def leaves(value, path=''):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f'{path}.{key}' if isinstance(key, str) else f'{path}[{key}]')
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from leaves(item, f'{path}#{i}')
    elif isinstance(value, (set, frozenset)):
        yield [path, sorted(value)]
    elif isinstance(value, (bytes, bytearray)):
        yield [path, list(value)]
    elif isinstance(value, torch.Tensor):
        yield [path, value.detach(), list(value.stride()), value.requires_grad]
    elif isinstance(value, (torch.dtype, torch.device)):
        yield [path, str(value).removeprefix('torch.')]
    elif hasattr(value, 'tolist'):
        yield from leaves(value.tolist(), path)
    else:
        yield [path, value]
`;

/** The same of what was loaded here. */
export function* leaves(value: unknown, path = ''): Generator<unknown[]> {
  if (value instanceof Tensor) yield [path, value, value.stride(), value.requiresGrad];
  else if (value instanceof Set) yield [path, [...value].sort()];
  else if (value instanceof Uint8Array) yield [path, [...value]];
  else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* leaves(item, `${path}#${i}`);
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      yield* leaves(item, typeof key === 'string' ? `${path}.${key}` : `${path}[${key}]`);
    }
  } else if (typeof value === 'object' && value !== null && !('re' in value)) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, `${path}.${key}`);
  } else yield [path, value];
}
