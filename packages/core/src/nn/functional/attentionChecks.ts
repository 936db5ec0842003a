import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';
import type { OptionalMask } from './attentionMasks.js';
import type { Triple } from './attentionProjections.js';
import { handleOf } from './handles.js';

/** @returns whether there is a batch @throws RangeError for dimensions that do not fit */
export function checkDims(
  owner: string,
  inputs: Triple,
  keyPaddingMask: OptionalMask,
  attnMask: OptionalMask,
): boolean {
  const named = Object.entries({ query: inputs[0], key: inputs[1], value: inputs[2] });
  for (const [name, tensor] of named) handleOf(owner, name, tensor);
  const dims = inputs[0].ndim;
  if (dims !== 2 && dims !== 3) {
    throw new RangeError(
      `${owner}: the query must have 2 or 3 dimensions, got shape ${shapeText(inputs[0])}`,
    );
  }
  const expected: [string, OptionalMask, readonly number[]][] = [
    ...named.map(([name, tensor]): [string, Tensor, readonly number[]] => [name, tensor, [dims]]),
    ['keyPaddingMask', keyPaddingMask, [dims - 1]],
    ['attnMask', attnMask, [2, 3]],
  ];
  for (const [name, tensor, allowed] of expected) {
    if (tensor && !allowed.includes(tensor.ndim)) {
      throw new RangeError(
        `${owner}: with a query of ${dims} dimensions, ${name} must have ${allowed.join(' or ')}, got shape ${shapeText(tensor)}`,
      );
    }
  }
  return dims === 3;
}

/** @throws RangeError for sizes that do not fit */
export function checkSizes(
  owner: string,
  [query, key, value]: Triple,
  embedDim: number,
  numHeads: number,
  separate: boolean,
): void {
  const size = query.size(-1);
  if (size !== embedDim) {
    throw new RangeError(
      `${owner}: the last dimension of the query must be ${embedDim}, got shape ${shapeText(query)}`,
    );
  }
  if (size % numHeads !== 0) {
    throw new RangeError(`${owner}: ${numHeads} heads cannot share ${size} features equally`);
  }
  const compared = ({ shape }: Tensor) => (separate ? shape.slice(0, -1) : shape);
  if (`${compared(key)}` !== `${compared(value)}`) {
    throw new RangeError(
      `${owner}: key and value do not go together: shapes ${shapeText(key)} and ${shapeText(value)}`,
    );
  }
}
