import { type Handle, native } from '@flambeau/native';
import { noGrad } from '../autograd/gradMode.js';
import { aten } from '../ops/aten.js';
import { type DType, dtypeOf, type Layout } from './dtype.js';
import { elementsText } from './formatElements.js';
import { shortest } from './formatNumber.js';
import { mergePrintOptions, type PrintOptions } from './printOptions.js';
import { tidy, wrap } from './scope.js';
import type { Tensor } from './tensor.js';

/**
 * The text that Python's `repr` gives for the same tensor: its elements, and what of size, dtype,
 * device, layout and gradient they do not show. Large tensors show their edges.
 * @param options change {@link PrintOptions} for this text only.
 */
export function formatTensor(tensor: Tensor, options: Partial<PrintOptions> = {}): string {
  const merged = mergePrintOptions(options);
  return tidy(() => noGrad(() => describe(tensor, merged)));
}

const prefix = 'tensor(';
const indent = prefix.length;

function describe(tensor: Tensor, options: PrintOptions): string {
  const { device, layout } = tensor;
  const { contents, suffixes } = partsOf(tensor, options);
  if (device !== 'cpu') suffixes.unshift(`device='${device}'`);
  if (layout !== 'strided') suffixes.push(`layout=${layoutText(layout)}`);
  const gradFn = native.gradFnName(tensor.handle);
  if (gradFn !== null) suffixes.push(`grad_fn=<${gradFn.split('::').at(-1)}>`);
  else if (tensor.requiresGrad) suffixes.push('requires_grad=True');
  return withSuffixes(prefix + contents, suffixes, layout === 'sparseCoo', options.linewidth);
}

interface Parts {
  readonly contents: string;
  readonly suffixes: string[];
}

function partsOf(tensor: Tensor, options: PrintOptions): Parts {
  const { layout, dtype } = tensor;
  const componentNames = sparseComponents[layout];
  if (componentNames !== undefined) return sparseParts(tensor, componentNames, options);
  if (isQuantized(dtype)) return quantizedParts(tensor, options);
  const ofDefaultDType = dtype === defaultDType();
  const size = `size=${tuple(tensor.shape)}`;
  if (isMeta(tensor)) {
    return { contents: '...', suffixes: [size, ...(ofDefaultDType ? [] : [dtypeSuffix(dtype)])] };
  }
  if (tensor.shape.includes(0)) {
    const suffixes = tensor.shape.length === 1 ? [] : [size];
    if (!ofDefaultDType) suffixes.push(dtypeSuffix(dtype));
    return { contents: '[]', suffixes };
  }
  const dense = layout === 'strided' ? tensor : tensor.toDense();
  return {
    contents: elementsText(dense, indent, options),
    suffixes: [...(options.edgeitems === 0 ? [size] : []), ...dtypeUnlessObvious(dtype)],
  };
}

/** The tensors that make up a sparse one, with Python's names and the operators that give them. */
type Components = readonly (readonly [name: string, operator: string])[];

const byRows: Components = [
  ['crow_indices', 'crow_indices'],
  ['col_indices', 'col_indices'],
  ['values', 'values'],
];
const byColumns: Components = [
  ['ccol_indices', 'ccol_indices'],
  ['row_indices', 'row_indices'],
  ['values', 'values'],
];
const sparseComponents: Partial<Record<Layout, Components>> = {
  // The operators without underscore refuse a tensor whose indices repeat.
  sparseCoo: [
    ['indices', '_indices'],
    ['values', '_values'],
  ],
  sparseCsr: byRows,
  sparseBsr: byRows,
  sparseCsc: byColumns,
  sparseBsc: byColumns,
};

function sparseParts(tensor: Tensor, components: Components, options: PrintOptions): Parts {
  const suffixes = [`size=${tuple(tensor.shape)}`];
  if (!isMeta(tensor)) suffixes.push(`nnz=${aten('_nnz')(tensor.handle)}`);
  suffixes.push(...dtypeUnlessObvious(tensor.dtype));
  const lines = components.map(([name, operator]) => {
    const opening = `${name}=tensor(`;
    const part = wrap(aten(operator)(tensor.handle) as Handle);
    const text = isMeta(tensor) ? '...' : elementsText(part, indent + opening.length, options);
    const hidden = isMeta(tensor) || part.shape.includes(0);
    return `${opening}${text}${hidden ? `, size=${tuple(part.shape)}` : ''})`;
  });
  return { contents: lines.join(`,\n${' '.repeat(indent)}`), suffixes };
}

const quantizationSchemes = [
  'per_tensor_affine',
  'per_channel_affine',
  'per_tensor_symmetric',
  'per_channel_symmetric',
  'per_channel_affine_float_qparams',
];

function isQuantized(dtype: DType): boolean {
  return /^qu?int/.test(dtype);
}

function quantizedParts(tensor: Tensor, options: PrintOptions): Parts {
  const scheme = quantizationSchemes[Number(aten('qscheme')(tensor.handle))] ?? '';
  const suffixes = [
    `size=${tuple(tensor.shape)}`,
    dtypeSuffix(tensor.dtype),
    `quantization_scheme=torch.${scheme}`,
  ];
  if (scheme.startsWith('per_tensor')) {
    suffixes.push(`scale=${shortest(tensor.qScale())}`, `zero_point=${tensor.qZeroPoint()}`);
  } else {
    suffixes.push(
      `scale=${describe(tensor.qPerChannelScales(), options)}`,
      `zero_point=${describe(tensor.qPerChannelZeroPoints(), options)}`,
      `axis=${tensor.qPerChannelAxis()}`,
    );
  }
  return { contents: elementsText(tensor.dequantize(), indent, options), suffixes };
}

function isMeta(tensor: Tensor): boolean {
  return tensor.device.startsWith('meta');
}

function defaultDType(): DType {
  return dtypeOf(native.defaultDtype());
}

/** Literals show the default dtypes, their complex forms, int64 and bool by themselves. */
function dtypeUnlessObvious(dtype: DType): string[] {
  const ofDefault = defaultDType();
  const complexDefault = ofDefault === 'float64' ? 'complex128' : 'complex64';
  const obvious: readonly DType[] = [ofDefault, complexDefault, 'int64', 'bool'];
  return obvious.includes(dtype) ? [] : [dtypeSuffix(dtype)];
}

function dtypeSuffix(dtype: DType): string {
  return `dtype=torch.${dtype}`;
}

function layoutText(layout: Layout): string {
  if (layout === 'mkldnn') return 'torch._mkldnn';
  return `torch.${layout.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** A tuple as Python writes it: `()`, `(3,)`, `(3, 4)`. */
function tuple(sizes: readonly number[]): string {
  return `(${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
}

/** Appends the suffixes, beginning a line before each that would pass the line's width. */
function withSuffixes(
  text: string,
  suffixes: readonly string[],
  onNewLine: boolean,
  linewidth: number,
): string {
  let result = text;
  let lineLength = text.length - text.lastIndexOf('\n') + 1;
  suffixes.forEach((suffix, i) => {
    const breaks = (onNewLine && i === 0) || lineLength + suffix.length + 2 > linewidth;
    result += breaks ? `,\n${' '.repeat(indent)}${suffix}` : `, ${suffix}`;
    lineLength = breaks ? indent + suffix.length : lineLength + suffix.length + 2;
  });
  return `${result})`;
}
