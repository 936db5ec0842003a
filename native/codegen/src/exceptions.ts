/**
 * Methods that `Tensor` writes by hand, because in Python they are properties, or have forms that
 * their schemas do not show.
 */
export const handWrittenMethods: ReadonlySet<string> = new Set([
  'data',
  'isLeaf',
  'item',
  'mH',
  'mT',
  'matrixH',
  'nonzero',
  'norm',
  'numel',
  'numpyT',
  'indexPut_',
  'outputNr',
  'requiresGrad_',
  'retainGrad',
  'retainsGrad',
  'setData',
  'size',
  'storageOffset',
  'stride',
  'to',
]);

/**
 * What Python hides too: tracing's functions, halves of operators, and one that libtorch declares
 * but does not register. `torch.ops.aten` has all that exist.
 */
export const hiddenFunctions = /^(sym_.*|qscheme|resize_as_sparse_)$|_(backward|forward|jvp)(_|$)/;

/**
 * Python passes the number of `x + 1` to the overload for tensors, as a tensor without dimensions
 * whose dtype yields, and not to the `Scalar` one; so the graph has an AddBackward0. The addon
 * calls that way of calling the overload `Number`.
 */
export function withNumberOverload(schema: string): string {
  if (!/^(add|sub|mul|div)_?\.Scalar\(/.test(schema)) return schema;
  return schema.replace('.Scalar(', '.Number(').replace(', Scalar alpha', ', *, Scalar alpha');
}
