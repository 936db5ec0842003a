import type { Tensor } from '../../tensor/tensor.js';

type Operator = (...given: never[]) => Tensor | readonly Tensor[];

/**
 * One function of two operators: the boolean option `name` chooses the second.
 * @throws TypeError when the option is no boolean
 */
export function switchedBy<Result>(
  name: string,
  off: Operator,
  on: Operator,
): (...given: unknown[]) => Result {
  return (...given) => {
    const last = given.at(-1);
    if (typeof last !== 'object' || last === null || !(name in last)) {
      return off(...(given as never[])) as Result;
    }
    const { [name]: choice, ...options } = last as Readonly<Record<string, unknown>>;
    if (choice !== undefined && typeof choice !== 'boolean') {
      throw new TypeError(`${name} must be a boolean, got ${String(choice)}`);
    }
    const others = Object.keys(options).length > 0 ? [options] : [];
    const operator = choice === true ? on : off;
    return operator(...([...given.slice(0, -1), ...others] as never[])) as Result;
  };
}
