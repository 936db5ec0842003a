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

/** Functions that are written by hand, because Python gives them arguments their schemas lack. */
export const handWrittenFunctions: ReadonlySet<string> = new Set(['nonzero', 'norm']);

/**
 * What Python hides too: tracing's functions, halves of operators, and one that libtorch declares
 * but does not register. `torch.ops.aten` has all that exist.
 */
export const hiddenFunctions = /^(sym_.*|qscheme|resize_as_sparse_)$|_(backward|forward|jvp)(_|$)/;
