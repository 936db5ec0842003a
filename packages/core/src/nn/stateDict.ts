import { noGrad } from '../autograd/gradMode.js';
import { Tensor } from '../tensor/tensor.js';
import { sameShape, shapeText } from './shapes.js';

/** Tensors by the names that Python gives to them: `layers.0.weight`, `running_mean`. */
export type StateDict = Record<string, Tensor>;

/** Names that a model and a state dictionary do not share. */
export interface KeyMismatch {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** A state dictionary that does not fit the model. Lists all that is wrong with it. */
export class StateDictError extends Error implements KeyMismatch {
  override name = 'StateDictError';
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];

  constructor(module: string, problems: readonly string[], mismatch: KeyMismatch) {
    super(`Error(s) in loading state_dict for ${module}:\n\t${problems.join('\n\t')}`);
    this.missingKeys = mismatch.missingKeys;
    this.unexpectedKeys = mismatch.unexpectedKeys;
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/**
 * Copies `source` into `targets` in place, or changes nothing when a shape differs or, with
 * `strict`, a name is missing or unknown.
 * @param module the name that an error speaks of
 * @param optional names that `source` may leave out
 */
export function copyState(
  module: string,
  targets: ReadonlyMap<string, Tensor>,
  optional: ReadonlySet<string>,
  source: Readonly<StateDict>,
  strict: boolean,
): KeyMismatch {
  const mismatch: KeyMismatch = {
    missingKeys: [...targets.keys()].filter(
      (key) => !Object.hasOwn(source, key) && !optional.has(key),
    ),
    unexpectedKeys: Object.keys(source).filter((key) => !targets.has(key)),
  };
  const pairs = [...targets]
    .filter(([key]) => Object.hasOwn(source, key))
    .map(([key, target]) => ({ key, target, value: source[key] as Tensor }));

  const problems: string[] = [];
  if (strict && mismatch.missingKeys.length > 0) {
    problems.push(`Missing key(s) in state_dict: ${quoted(mismatch.missingKeys)}.`);
  }
  if (strict && mismatch.unexpectedKeys.length > 0) {
    problems.push(`Unexpected key(s) in state_dict: ${quoted(mismatch.unexpectedKeys)}.`);
  }
  for (const { key, target, value } of pairs) {
    if (!(value instanceof Tensor)) {
      problems.push(`${key} must be a Tensor, got ${value === null ? 'null' : typeof value}.`);
    } else if (!sameShape(target, value)) {
      problems.push(
        `size mismatch for ${key}: copying a param with shape ${shapeText(value)} from ` +
          `checkpoint, the shape in current model is ${shapeText(target)}.`,
      );
    }
  }
  if (problems.length > 0) throw new StateDictError(module, problems, mismatch);

  noGrad(() => {
    for (const { target, value } of pairs) target.copy_(value);
  });
  return mismatch;
}
