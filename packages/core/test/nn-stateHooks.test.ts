import { nn, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const build = () =>
  new nn.Sequential(new nn.Linear(3, 2), new nn.Sequential(new nn.Linear(2, 1), new nn.ReLU()));
const pythonBuild =
  'model = nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 1), nn.ReLU()))\n';

describeWithOracle('hooks on state dictionaries', (oracle) => {
  it('run in the order of Python, with its prefixes', () =>
    oracle.compare(
      () => {
        const seen: unknown[] = [];
        const model = build();
        for (const module of model.modules()) {
          const name = module.constructor.name;
          module.registerStateDictPreHook((_, prefix, keepVars) => {
            seen.push(['pre', name, prefix, keepVars]);
          });
          module.registerStateDictPostHook((_, state, prefix) => {
            seen.push(['post', name, prefix, Object.keys(state)]);
          });
        }
        model.stateDict();
        model.stateDict({ prefix: 'a.', keepVars: true });
        return seen;
      },
      `${pythonBuild}result = []
for m in model.modules():
    name = type(m).__name__
    m.register_state_dict_pre_hook(lambda m, prefix, keep, name=name: result.append(['pre', name, prefix, keep]))
    m.register_state_dict_post_hook(lambda m, s, prefix, meta, name=name: result.append(['post', name, prefix, list(s)]))
model.state_dict()
model.state_dict(prefix='a.', keep_vars=True)`,
      {},
    ));

  it('change what is saved and what is loaded, as in Python', () =>
    oracle.compare(
      ({ weight }) => {
        const model = build();
        const layer = model.at(1);
        layer.registerStateDictPostHook((_, state, prefix) => {
          state[`${prefix}extra`] = tensor([1, 2]);
          delete state[`${prefix}0.bias`];
        });
        const saved = model.stateDict();
        layer.registerLoadStateDictPreHook((_, state, prefix) => {
          delete state[`${prefix}extra`];
          state[`${prefix}0.bias`] = tensor([7]);
          state[`${prefix}0.weight`] = weight;
          state['0.bias'] = tensor([9, 9]);
        });
        const mismatch = model.loadStateDict(saved);
        return [
          Object.keys(saved),
          [mismatch.missingKeys, mismatch.unexpectedKeys],
          [...model.parameters()],
        ];
      },
      `${pythonBuild}layer = model[1]
def save(m, state, prefix, meta):
    state[prefix + 'extra'] = torch.tensor([1., 2.])
    del state[prefix + '0.bias']
layer.register_state_dict_post_hook(save)
saved = model.state_dict()
def load(m, state, prefix, *_):
    del state[prefix + 'extra']
    state[prefix + '0.bias'] = torch.tensor([7.])
    state[prefix + '0.weight'] = weight
    state['0.bias'] = torch.tensor([9., 9.])
layer.register_load_state_dict_pre_hook(load)
keys = list(saved)
mismatch = model.load_state_dict(saved)
result = [keys, [mismatch.missing_keys, mismatch.unexpected_keys], list(model.parameters())]`,
      { weight: torch.randn([1, 2]) },
      { absolute: 0, relative: 0 },
    ));

  it('report names in the order of Python, and let the last hook excuse them', () =>
    oracle.compare(
      () => {
        const seen: unknown[] = [];
        const model = build();
        for (const [name, module] of model.namedModules()) {
          module.registerLoadStateDictPostHook((_, { missingKeys, unexpectedKeys }) => {
            seen.push([name, [...missingKeys], [...unexpectedKeys]]);
          });
        }
        const state = {
          stray: tensor([1]),
          '1.0.bias': tensor([3]),
          '1.0.stray': tensor([1]),
          '1.stray': tensor([1]),
          '2.weight': tensor([1]),
        };
        const strict = () => model.loadStateDict(state);
        expect(strict).toThrow('Missing key(s) in state_dict: "0.weight"');
        model.registerLoadStateDictPostHook((_, mismatch) => {
          mismatch.missingKeys.length = 0;
          mismatch.unexpectedKeys.length = 0;
        });
        const left = strict();
        return [seen, left.missingKeys, left.unexpectedKeys, model.getParameter('1.0.bias')];
      },
      `${pythonBuild}seen = []
for name, m in model.named_modules():
    m.register_load_state_dict_post_hook(
        lambda m, k, name=name: seen.append([name, list(k.missing_keys), list(k.unexpected_keys)]))
one = torch.tensor([1.])
state = {'stray': one, '1.0.bias': torch.tensor([3.]), '1.0.stray': one, '1.stray': one, '2.weight': one}
try:
    model.load_state_dict(state)
except RuntimeError:
    pass
def excuse(m, keys):
    keys.missing_keys.clear()
    keys.unexpected_keys.clear()
model.register_load_state_dict_post_hook(excuse)
left = model.load_state_dict(state)
# Python gives a module the names of the whole walk so far; so do we, once the walk is done
whole = [seen[3][1], seen[3][2]]
seen = [[name, *whole] for name, *_ in seen]
result = [seen, left.missing_keys, left.unexpected_keys, model.get_parameter('1.0.bias')]`,
      {},
    ));
});

describe('a hook on a state dictionary', () => {
  expectNoLeaks();

  it('ends with its handle', () =>
    tidy(() => {
      const layer = new nn.Linear(2, 1);
      let calls = 0;
      const count = () => void calls++;
      const handles = [
        layer.registerStateDictPreHook(count),
        layer.registerStateDictPostHook(count),
        layer.registerLoadStateDictPreHook(count),
        layer.registerLoadStateDictPostHook(count),
      ];
      layer.loadStateDict(layer.stateDict());
      expect(calls).toBe(4);
      for (const handle of handles) handle[Symbol.dispose]();
      layer.loadStateDict(layer.stateDict());
      expect(calls).toBe(4);
    }));

  it('can refuse what is loaded, which changes nothing', () =>
    tidy(() => {
      const model = build();
      model.at(1).registerLoadStateDictPreHook((_, __, prefix, problems) => {
        problems.errors.push(`${prefix} is too old.`);
      });
      const before = model.getParameter('0.weight').clone();
      const state = build().stateDict();
      expect(() => model.loadStateDict(state)).toThrow('1. is too old.');
      expect(() => model.loadStateDict(state, { strict: false })).toThrow('1. is too old.');
      expect(model.getParameter('0.weight').equal(before)).toBe(true);
    }));

  it('works on a copy: the dictionary that is loaded stays as it is', () =>
    tidy(() => {
      const layer = new nn.Linear(2, 1);
      const state = layer.stateDict();
      layer.registerLoadStateDictPreHook((_, copy) => {
        copy.bias = tensor([5]);
      });
      layer.loadStateDict(state);
      expect(layer.bias?.toArray()).toEqual([5]);
      expect(Object.keys(state)).toEqual(['weight', 'bias']);
      const kept = layer.stateDict({ keepVars: true });
      expect(kept.weight).toBe(layer.weight);
      expect(state.weight).not.toBe(layer.weight);
    }));
});
