import { native } from '@flambeau/native';
import { camelCase, parseSchema, SchemaSyntaxError } from '@flambeau/native/schema';
import { describe, expect, it } from 'vitest';

describe('parseSchema()', () => {
  it('reads names, types, defaults and returns', () => {
    const schema = parseSchema(
      'max.dim_max(Tensor self, int[2]? dim=[-1,0], str mode="a, b", *, Tensor?[] indices, ' +
        'SymInt[]? size=None, Tensor(a!) max, Tensor(b!) max_values) ' +
        '-> (Tensor(a!) values, Tensor(b!) indices)',
    );
    expect([schema.name, schema.overload]).toEqual(['max', 'dim_max']);
    const [self, dim, mode, indices, size, max] = schema.parameters;
    expect(self).toMatchObject({ name: 'self', keywordOnly: false, defaultText: undefined });
    expect(dim?.type).toMatchObject({ base: 'int', list: true, listSize: 2, optional: true });
    expect(dim?.defaultText).toBe('[-1,0]');
    expect(mode?.defaultText).toBe('"a, b"');
    expect(indices?.type).toMatchObject({ list: true, optionalElements: true, optional: false });
    expect(indices?.keywordOnly).toBe(true);
    expect(size?.type).toMatchObject({ base: 'int', list: true, listSize: null, optional: true });
    expect(max?.type).toMatchObject({ base: 'Tensor', written: true, aliasSet: 'a' });
    expect(schema.returns.map((r) => [r.name, r.type.aliasSet])).toEqual([
      ['values', 'a'],
      ['indices', 'b'],
    ]);
  });

  it('reads every schema of the dispatcher', () => {
    const schemas = native.operators();
    expect(schemas.length).toBeGreaterThan(2500);
    for (const text of schemas) {
      const { name, overload } = parseSchema(text);
      expect(text.startsWith(`aten::${name}${overload === '' ? '' : `.${overload}`}(`)).toBe(true);
    }
  });

  it('refuses what is no schema', () => {
    expect(() => parseSchema('add(Tensor self)')).toThrow(SchemaSyntaxError);
    expect(() => parseSchema('add(Tensor) -> Tensor')).toThrow('unnamed argument');
  });
});

it('every public overload is in the dispatcher', async () => {
  type Tables = Readonly<Record<string, Readonly<Record<string, readonly (string | string[])[]>>>>;
  const url = new URL('../dist/generated/overloads.js', import.meta.url).href;
  const { overloads } = (await import(url)) as { overloads: Tables };
  const entries = Object.values(overloads).flatMap((table) => Object.values(table).flat(2));
  expect(entries.length).toBeGreaterThan(2000);
  for (const text of entries) {
    const { name, overload } = parseSchema(text);
    expect(native.operator(`aten::${name}`, overload)).toBeTypeOf('function');
  }
});

it.each([
  ['log_softmax', 'logSoftmax'],
  ['add_', 'add_'],
  ['masked_fill_', 'maskedFill_'],
  ['_fused_adamw_', '_fusedAdamw_'],
  ['conv_transpose2d', 'convTranspose2d'],
  ['nan_to_num', 'nanToNum'],
  ['__and__', '__and__'],
])('camelCase(%s) is %s', (python, name) => {
  expect(camelCase(python)).toBe(name);
});
