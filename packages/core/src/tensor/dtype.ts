import { dtypeCodes, layoutCodes, type memoryFormatCodes } from '@flambeau/native';

/** The element type of a tensor, under PyTorch's name. */
export type DType = keyof typeof dtypeCodes;

/** How a tensor's elements lie in memory. */
export type Layout = keyof typeof layoutCodes;

/** The order of dimensions in memory. */
export type MemoryFormat = keyof typeof memoryFormatCodes;

export type DeviceType = 'cpu' | 'cuda' | 'mps' | 'xpu' | 'meta';

/** 'cpu', 'cuda' for the current GPU, 'cuda:1' for a certain one. */
export type Device = DeviceType | `${DeviceType}:${number}`;

const dtypeNames = namesByCode(dtypeCodes);
const layoutNames = namesByCode(layoutCodes);

/** The dtype with libtorch's code. */
export function dtypeOf(code: number): DType {
  return nameOf(dtypeNames, code, 'dtype');
}

/** The layout with libtorch's code. */
export function layoutOf(code: number): Layout {
  return nameOf(layoutNames, code, 'layout');
}

/** Is it a dtype's name? */
export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypeCodes, value);
}

/** Is it a device's name? */
export function isDevice(value: unknown): value is Device {
  return typeof value === 'string' && /^(cpu|cuda|mps|xpu|meta)(:\d+)?$/.test(value);
}

/** Is it one of the floating dtypes, complex ones aside? */
export function isFloatingPoint(dtype: DType): boolean {
  return /^b?float/.test(dtype);
}

export function isComplex(dtype: DType): boolean {
  return dtype.startsWith('complex');
}

function namesByCode<Name extends string>(codes: Readonly<Record<Name, number>>): Name[] {
  const names: Name[] = [];
  for (const name in codes) names[codes[name]] = name;
  return names;
}

function nameOf<Name extends string>(names: readonly Name[], code: number, what: string): Name {
  const name = names[code];
  if (name === undefined) throw new RangeError(`unknown ${what} code ${code}`);
  return name;
}

type DTypeConstants = { readonly [Name in DType]: Name };

/** The dtypes as constants, and PyTorch's short names for them. */
export const dtypes = {
  ...(Object.fromEntries(dtypeNames.map((name) => [name, name])) as DTypeConstants),
  half: 'float16',
  float: 'float32',
  double: 'float64',
  short: 'int16',
  int: 'int32',
  long: 'int64',
  cfloat: 'complex64',
  cdouble: 'complex128',
} as const;
