import type { Namespace, Overload, PublicNames } from './publicApi.js';
import type { Schema } from './schema.js';
import { type CallForm, callForms, fullForm } from './typescript.js';

const fence = '='.repeat(94);

/** The first lines of a generated file. */
export function header(libtorchVersion: string): string {
  return [
    `// ${fence}`,
    '// GENERATED. Do not edit: changes are lost with the next build.',
    `// From native_functions.yaml of libtorch ${libtorchVersion}, by native/codegen.`,
    `// ${fence}`,
    '',
  ].join('\n');
}

const imports = [
  "import type { Tensor } from '../tensor/tensor.js';",
  "import type { Device, DType, Layout, MemoryFormat } from '../tensor/dtype.js';",
  "import type { Generator } from '../random.js';",
  "import type { Stream } from '../cuda.js';",
  "import type { FactoryOptions, Int, IntList, Named, Reduction, Scalar } from '../ops/argumentTypes.js';",
];

const interfaceNames: Record<Namespace | 'tensor', string> = {
  tensor: 'TensorMethods',
  torch: 'TorchFunctions',
  nn: 'NnFunctions',
  linalg: 'LinalgFunctions',
  fft: 'FftFunctions',
  special: 'SpecialFunctions',
  sparse: 'SparseFunctions',
  nested: 'NestedFunctions',
};

/** The file with the interface of one namespace; its functions' docs are their schemas. */
export function interfaceFile(namespace: Namespace | 'tensor', names: PublicNames): string {
  const form = namespace === 'tensor' ? 'method' : 'function';
  const members = [...names].map(([name, overloads]) => member(name, overloads, form));
  return typeFile(interfaceNames[namespace], members.join('\n\n'));
}

/** The file with the types of all operators, the ones that are not public too. */
export function operatorsFile(schemas: readonly Schema[]): string {
  const groups = new Map<string, string[]>();
  for (const schema of schemas) {
    const overload = schema.overload === '' ? 'default' : schema.overload;
    const type = fullForm({ schema, out: undefined }, 'function', ' => ');
    const group = groups.get(schema.name) ?? [];
    groups.set(schema.name, [...group, `    readonly ${overload}: ${type};`]);
  }
  const members = [...groups].map(
    ([name, overloads]) => `  readonly ${name}: {\n${overloads.join('\n')}\n  };`,
  );
  return typeFile('AtenOperators', members.join('\n'));
}

function typeFile(name: string, body: string): string {
  const used = usedImports(body);
  return [
    ...used,
    ...(used.length > 0 ? [''] : []),
    `export interface ${name} {`,
    body,
    '}',
    '',
  ].join('\n');
}

function member(name: string, overloads: readonly Overload[], form: CallForm): string {
  const docs = ['  /**', ...overloads.map((o) => `   * \`${o.schema.text}\``), '   */'];
  const forms = new Set(overloads.flatMap((o) => callForms(o, form)));
  return [...docs, ...[...forms].map((f) => `  ${name}${f};`)].join('\n');
}

function usedImports(members: string): string[] {
  const body = members.replace(/^ +(\/\*)?\*.*$/gm, '');
  return imports
    .map((statement) => {
      const match = /import type \{([^}]*)\} from '(.*)'/.exec(statement);
      if (!match) return '';
      const names = (match[1] ?? '')
        .split(',')
        .map((n) => n.trim())
        .filter((n) => n !== '' && new RegExp(`\\b${n}\\b`).test(body));
      return names.length > 0 ? `import type { ${names.join(', ')} } from '${match[2]}';` : '';
    })
    .filter((line) => line !== '');
}

/** The file with the schemas from which the functions and methods are built at run time. */
export function tableFile(api: ReadonlyMap<Namespace | 'tensor', PublicNames>): string {
  const tables = [...api].map(([namespace, names]) => {
    const rows = [...names].map(([name, overloads]) => {
      const schemas = overloads.map(({ schema, out }) =>
        out === undefined
          ? JSON.stringify(schema.text)
          : `[${JSON.stringify(schema.text)}, ${JSON.stringify(out.text)}]`,
      );
      return `    ${name}: [\n      ${schemas.join(',\n      ')},\n    ],`;
    });
    return `  ${namespace}: {\n${rows.join('\n')}\n  },`;
  });
  return [
    "import type { OverloadTables } from '../ops/overload.js';",
    '',
    '/** Overloads in the order in which they are tried; a pair is a schema and its out form. */',
    'export const overloads: OverloadTables = {',
    ...tables,
    '};',
    '',
  ].join('\n');
}

/** The file name of a namespace's interface. */
export function interfaceFileName(namespace: Namespace | 'tensor'): string {
  return namespace === 'tensor' ? 'tensorMethods.ts' : `${namespace}Functions.ts`;
}
