import type { CallForm } from '@flambeau/native/schema';
import { isDType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import type { Misfit, Overload } from './overload.js';

/** No overload of an operator takes the arguments given. */
export class SignatureError extends TypeError {
  override readonly name = 'SignatureError';

  /** @param misfits why each of the overloads does not take them, in order. */
  constructor(
    operator: string,
    form: CallForm,
    args: readonly unknown[],
    overloads: readonly Overload[],
    misfits: readonly Misfit[],
  ) {
    const ofMethod = form === 'method';
    const given = (ofMethod ? args.slice(1) : args).map(describe).join(', ');
    const receiver = ofMethod ? `${describe(args[0])}.` : '';
    const accepted = overloads.map(
      (overload, i) => `  ${overload.describe(operator)}\n    but ${misfits[i]?.()}`,
    );
    super(
      `${operator}() does not take these arguments\n` +
        `given:\n  ${receiver}${operator}(${given})\naccepted:\n${accepted.join('\n')}`,
    );
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Tensor) {
    return value.isDisposed ? 'a disposed tensor' : `${value.dtype}[${value.shape.join(', ')}]`;
  }
  switch (typeof value) {
    case 'string':
      return isDType(value) ? value : JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return `function ${value.name}`;
    case 'object':
      return describeObject(value);
    default:
      return String(value);
  }
}

const shownItems = 6;

function describeObject(value: object): string {
  if (Array.isArray(value)) {
    const items = value.slice(0, shownItems).map(describe);
    return `[${items.join(', ')}${value.length > shownItems ? ', …' : ''}]`;
  }
  const kind = value.constructor?.name ?? 'Object';
  if (kind !== 'Object') return `a ${kind}`;
  const members = Object.entries(value).map(([name, member]) => `${name}: ${describe(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
