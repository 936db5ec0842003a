import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { jit, memory, nn, optim, Tensor, TorchError, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const folder = mkdtempSync(join(tmpdir(), 'jit-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'net.pt');
const tools = join(folder, 'tools.pt');

/** Python: a network of the usual layers, and a module of methods that take everything. */
const definitions = `
import linecache, sys, types
from typing import Any, Dict, List, Optional, Tuple
source = '''
import torch
from torch import nn, Tensor
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5))
        self.out_layer = nn.Linear(8, 2)
    def forward(self, x: Tensor) -> Tensor:
        return self.out_layer(torch.tanh(self.features(x)))

class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(3, 3), nn.Linear(3, 3)
        self.b.weight = self.a.weight
        self.register_buffer('count', torch.zeros(1))
    def forward(self, x: Tensor) -> Tensor:
        self.count = self.count + 1
        return self.b(self.a(x)) * self.count

class Pair(NamedTuple):
    left: Tensor
    right: int

class Tools(nn.Module):
    @torch.jit.export
    def numbers(self, a: int, b: float, c: bool, d: str, e: Optional[int] = None) -> Tuple[int, float, bool, str, Optional[int]]:
        return a + 1, b * 2, not c, d + '!', e
    @torch.jit.export
    def lists(self, a: List[int], b: List[Tensor], c: List[List[float]]) -> Tuple[int, Tensor, float]:
        return sum(a), torch.stack(b).sum(0), c[1][0]
    @torch.jit.export
    def dicts(self, a: Dict[str, Tensor], b: Dict[int, float]) -> Tuple[Dict[str, Tensor], Dict[int, float]]:
        return {k: v * 2 for k, v in a.items()}, {k + 1: v for k, v in b.items()}
    @torch.jit.export
    def pair(self, x: Tensor, p: Tuple[Tensor, int]) -> Pair:
        return Pair(x + p[0], p[1])
    @torch.jit.export
    def optional(self, x: Optional[Tensor]) -> Optional[Tensor]:
        return x if x is None else x + 1
    @torch.jit.export
    def anything(self, x: Any) -> bool:
        return isinstance(x, Tensor)
    @torch.jit.export
    def failing(self, x: Tensor) -> Tensor:
        if x.sum() > 0:
            raise ValueError('too large')
        return x.matmul(x)
    def forward(self, x: Tensor, scale: float = 2.0) -> Tensor:
        return x * scale
'''
linecache.cache['scripts.py'] = (len(source), None, source.splitlines(True), 'scripts.py')
scripts = types.ModuleType('scripts')
sys.modules['scripts'] = scripts
exec(compile(source, 'scripts.py', 'exec'), scripts.__dict__)
`;

describeWithOracle('torch.jit', (oracle) => {
  beforeAll(async () => {
    await oracle.evaluate(
      `${definitions}
torch.jit.save(torch.jit.script(scripts.Tools()), tools)
result = 0`,
      { tools },
    );
  });

  for (const how of ['script', 'trace']) {
    it(`runs and differentiates what ${how} has made`, async () => {
      const python = `${definitions}
torch.manual_seed(7)
net = scripts.Net().eval()
traced = ${how === 'script' ? 'torch.jit.script(net)' : 'torch.jit.trace(net, torch.ones(2, 3))'}
traced.save(path)
y = net(x)
y.square().sum().backward()
result = [y.detach(), [p.grad for p in net.parameters()], [n for n, _ in net.named_parameters()],
  [n for n, _ in net.named_buffers()], list(net.state_dict())]`;
      const x = tidy(() => torch.randn([4, 3]));
      await oracle.evaluate(python, { path, x });
      await oracle.compare(
        ({ x }) => {
          const net = jit.load(path);
          const y = net.call(x);
          y.square().sum().backward();
          return [
            y.detach(),
            [...net.parameters()].map((p) => p.grad),
            [...net.namedParameters()].map(([name]) => name),
            [...net.namedBuffers()].map(([name]) => name),
            Object.keys(net.stateDict()),
          ];
        },
        python,
        { x, path },
        { gradients: false },
      );
      x.dispose();
    });
  }

  it('the gradients of inputs are those of Python', () =>
    oracle.compare(
      ({ x }) => jit.load(path).call(x),
      'torch.jit.load(path)(x)',
      { x: torch.randn([4, 3]), path },
      { gradients: true },
    ));

  it('is trained as in Python, batch norm and dropout included', async () => {
    await oracle.evaluate(
      `${definitions}
torch.jit.script(scripts.Net()).save(path)
result = 0`,
      { path },
    );
    await oracle.compare(
      ({ x, path }) => {
        const net = jit.load(path);
        using optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
        const losses = Array.from({ length: 4 }, () => {
          optimizer.zeroGrad();
          const loss = net.call(x).square().mean();
          loss.backward();
          optimizer.step();
          return loss.detach();
        });
        net.eval();
        return [losses, net.call(x).detach(), Object.values(net.stateDict()), net.training];
      },
      `net = torch.jit.load(path)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
losses = []
for _ in range(4):
  optimizer.zero_grad()
  loss = net(x).square().mean()
  loss.backward()
  optimizer.step()
  losses.append(loss.detach())
net.eval()
result = [losses, net(x).detach(), list(net.state_dict().values()), net.training]`,
      { x: torch.randn([6, 3]), path },
    );
  });

  it('a parameter that is used twice is one, and an exchanged buffer is the new one', async () => {
    await oracle.evaluate(
      `${definitions}
torch.jit.script(scripts.Tied()).save(path)
result = 0`,
      { path },
    );
    await oracle.compare(
      ({ x, path }) => {
        const net = jit.load(path);
        net.call(x);
        const y = net.call(x);
        y.sum().backward();
        return [y.detach(), net.getBuffer('count'), [...net.parameters()].map((p) => p.grad)];
      },
      `net = torch.jit.load(path)
net(x)
y = net(x)
y.sum().backward()
result = [y.detach(), net.count, [p.grad for p in net.parameters()]]`,
      { x: torch.randn([2, 3]), path },
    );
  });

  it('what is saved here is read in Python', async () => {
    const x = tidy(() => torch.randn([2, 3]));
    await oracle.compare(
      ({ x }) => {
        const net = jit.load(path);
        for (const parameter of net.parameters()) parameter.data.fill_(0.5);
        const saved = join(folder, 'own.pt');
        jit.save(net, saved);
        return [net.call(x).detach(), jit.load(saved).call(x).detach()];
      },
      `net = torch.jit.load(path)
for p in net.parameters(): p.data.fill_(0.5)
result = [net(x).detach(), net(x).detach()][:1]
net = torch.jit.load(path)
for p in net.parameters(): p.data.fill_(0.5)
y = net(x).detach()
result = [y, y]`,
      { x, path },
    );
    const { result } = await oracle.evaluate(
      'result = [bool((p == 0.5).all()) for p in torch.jit.load(own).parameters()]',
      { own: join(folder, 'own.pt') },
    );
    expect(result).toEqual([true, true, true]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    x.dispose();
  });

  it('casts, copies and stands in other modules', () =>
    tidy(() => {
      const net = jit.load(path);
      const x = torch.randn([2, 3]);
      const copy = net.clone();
      const model = new nn.Sequential(net, new nn.ReLU()).double();
      expect(model.call(x.double()).dtype).toBe('float64');
      expect(copy.call(x).dtype).toBe('float32');
      const [mine, theirs] = [net, copy].map((m) => [...m.parameters()][0] as Tensor);
      expect(mine?.float().equal(theirs as Tensor)).toBe(true);
      expect(String(copy)).toContain('(a): ScriptModule(original_name=Linear)');
      expect([...model.eval().modules()].every((module) => !module.training)).toBe(true);
      expect(copy.training).toBe(true);
      net.dispose();
      expect(() => net.run('forward', x)).toThrow('was disposed');
      net.dispose();
    }));

  it('methods take and give every kind of value', () =>
    oracle.compare(
      ({ x, tools }) => {
        const net = jit.load(tools);
        const { left } = { left: net.run('pair', x, [x, 3]) as [Tensor, number] };
        const dicts = net.run('dicts', { a: x }, new Map([[1, 0.5]])) as [
          Record<string, Tensor>,
          Map<number, number>,
        ];
        return [
          net.run('numbers', 2n ** 60n, 1, true, 'ä'),
          net.run('numbers', 1, 0.5, false, '', 3),
          net.run('lists', [1, 2], [x, x], [[1], [2.5]]),
          [dicts[0].a, [...dicts[1]]],
          left,
          [net.run('optional', x), net.run('optional', null)],
          [net.run('anything', x), net.run('anything', [1, 'a']), net.run('anything', null)],
          [net.call(x), net.run('forward', x, 3)],
        ];
      },
      `net = torch.jit.load(tools)
a, b = net.dicts({'a': x}, {1: 0.5})
result = [net.numbers(2**60, 1.0, True, 'ä'), net.numbers(1, 0.5, False, '', 3),
  net.lists([1, 2], [x, x], [[1.0], [2.5]]), [a['a'], [list(i) for i in b.items()]],
  net.pair(x, (x, 3)), [net.optional(x), None], [net.anything(x), False, False],
  [net(x), net(x, 3.0)]]`,
      { x: torch.randn([2]), tools },
    ));

  it('says which argument is wrong', () =>
    tidy(() => {
      const net = jit.load(tools);
      const x = tensor([1, 2]);
      expect(() => net.run('numbers', 1.5, 1, true, '')).toThrow(
        'numbers: a: expected a whole number, got 1.5',
      );
      expect(() => net.run('lists', [1], x, [])).toThrow(
        'lists: b: expected List[Tensor], got a Tensor',
      );
      expect(() => net.run('forward', 1)).toThrow('forward: x: expected Tensor, got 1');
      expect(() => net.run('forward', 1)).toThrow(TypeError);
      expect(() => net.run('forward', x, 1, 2)).toThrow('takes at most 2 arguments, got 3');
      expect(() => net.run('forward')).toThrow(TorchError);
      expect(() => net.run('none')).toThrow("has no method 'none'");
      expect(() => net.run('forward', () => 1)).toThrow('cannot take [Function');
      expect(net.methods.forward).toContain('Tensor x, float scale=2.');
    }));

  it('an error in a script says what and where, and leaves nothing behind', () =>
    tidy(() => {
      const net = jit.load(tools);
      const [x, y] = [torch.ones([2, 3]), torch.ones([2, 3]).neg()];
      const before = memory.liveTensors();
      expect(() => net.run('failing', x)).toThrow(TorchError);
      expect(() => net.run('failing', x)).toThrow('too large');
      expect(() => net.run('failing', y)).toThrow(/^mat1 and mat2 shapes cannot be multiplied/);
      expect(() => net.run('failing', y)).toThrow('return x.matmul(x)');
      expect(memory.liveTensors()).toBe(before);
    }));

  it('refuses files that are none', () => {
    expect(() => jit.load(join(folder, 'none.pt'))).toThrow(TorchError);
    const odd = join(folder, 'odd.pt');
    writeFileSync(odd, 'no archive');
    expect(() => jit.load(odd)).toThrow(TorchError);
    expect(() => jit.load(odd, { device: 'cpu' } as object)).toThrow("no option 'device'");
    expect(torch.jit.load).toBe(jit.load);
  });

  it('is freed by the garbage collector', async () => {
    const before = memory.liveTensors();
    (() => void jit.load(tools).call(tensor([1])))();
    (() => {
      const net = jit.load(path);
      expect(net.call(torch.ones([2, 3]))).toBeInstanceOf(Tensor);
    })();
    for (let round = 0; round < 5; round++) {
      globalThis.gc?.();
      await new Promise(setImmediate);
    }
    expect(memory.liveTensors()).toBeLessThanOrEqual(before);
  });

  it('runs in a worker, and is freed with it', async () => {
    const before = memory.processLiveTensors();
    const program = new URL('scriptWorker.mjs', import.meta.url);
    const worker = new Worker(program, { workerData: path });
    const ended = once(worker, 'exit');
    expect(await once(worker, 'message')).toEqual([[2, 3]]);
    expect(await ended).toEqual([0]);
    expect(memory.processLiveTensors()).toBe(before);
  });
});
