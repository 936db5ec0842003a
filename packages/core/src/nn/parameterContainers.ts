import { inspect } from 'node:util';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { type NamedEntries, NamedParts } from './namedParts.js';
import { toPythonName } from './names.js';
import { OrderedParts } from './orderedParts.js';
import { Parameter } from './parameter.js';

/** A tensor becomes a parameter that shares its memory. */
function asParameter(owner: string, name: string, given: Tensor): Parameter {
  if (given instanceof Parameter) return given;
  if (given instanceof Tensor) return new Parameter(given);
  throw new TypeError(`${owner}: parameter '${name}' must be a Tensor, got ${inspect(given)}`);
}

/** `  (weight): Parameter containing: [torch.float32 of size 2x3]` */
function parameterLine(name: string, type: string, parameter: Parameter): string {
  const { device } = parameter;
  const place = device.startsWith('cuda') ? ` (${device})` : '';
  const size = parameter.shape.join('x');
  return `  (${toPythonName(name)}): Parameter containing: [${type} of size ${size}${place}]`;
}

/** The name of PyTorch's former tensor types, which a ParameterDict still prints. */
const typeNames: Partial<Readonly<Record<DType, string>>> = {
  float32: 'Float',
  float64: 'Double',
  float16: 'Half',
  bfloat16: 'BFloat16',
  complex64: 'ComplexFloat',
  complex128: 'ComplexDouble',
  uint8: 'Byte',
  int8: 'Char',
  int16: 'Short',
  int32: 'Int',
  int64: 'Long',
  bool: 'Bool',
};

function tensorType({ dtype, device }: Parameter): string {
  const place = device.startsWith('cuda') ? 'cuda.' : '';
  return `torch.${place}${typeNames[dtype] ?? dtype}Tensor`;
}

/** Parameters in a list, found as parts of the module that holds it. It computes nothing itself. */
export class ParameterList extends OrderedParts<readonly never[], never, Parameter> {
  constructor(parameters: Iterable<Tensor> = []) {
    super();
    this.extend(parameters);
  }

  protected override get items(): Parameter[] {
    return Object.values(this).filter((value) => value instanceof Parameter);
  }

  protected override get kind(): string {
    return 'parameters';
  }

  protected override add(name: string, parameter: Tensor): void {
    this.registerParameter(name, asParameter('ParameterList', name, parameter));
  }

  /** Adds a parameter; a tensor becomes one that shares its memory. */
  override append(parameter: Tensor): this {
    return super.append(parameter as Parameter);
  }

  override extend(parameters: Iterable<Tensor>): this {
    return super.extend(parameters as Iterable<Parameter>);
  }

  protected override forward(): never {
    throw new TypeError('a ParameterList cannot be called: use its parameters');
  }

  protected override extraRepr(): string {
    return this.items
      .map((parameter, i) => parameterLine(`${i}`, `torch.${parameter.dtype}`, parameter))
      .join('\n');
  }
}

/**
 * Parameters by name, found as parts of the module that holds it. It computes nothing itself. A
 * tensor becomes a parameter that shares its memory.
 */
export class ParameterDict extends NamedParts<Parameter, Tensor> {
  constructor(parameters: NamedEntries<Tensor> = {}) {
    super();
    this.update(parameters);
  }

  protected override isItem(value: unknown): value is Parameter {
    return value instanceof Parameter;
  }

  protected override add(name: string, parameter: Tensor): void {
    this.registerParameter(name, asParameter('ParameterDict', name, parameter));
  }

  protected override extraRepr(): string {
    return [...this.entries()]
      .map(([name, parameter]) => parameterLine(name, tensorType(parameter), parameter))
      .join('\n');
  }
}
