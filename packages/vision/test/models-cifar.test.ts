import { join } from 'node:path';
import { tidy, torch } from '@flambeau/core';
import { models } from '@flambeau/vision';
import { it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { describeWithData } from '../../../test/realData.js';

/** The published network in plain PyTorch, of the state dictionary alone. */
const python = `
state = torch.load(file, map_location='cpu', weights_only=False)['state_dict']
state = {k.removeprefix('module.'): v.double() for k, v in state.items()}
def norm(x, name):
    mean, var = state[name + '.running_mean'], state[name + '.running_var']
    return F.batch_norm(x, mean, var, state[name + '.weight'], state[name + '.bias'])
def conv(x, name, stride=1): return F.conv2d(x, state[name + '.weight'], None, stride, 1)
x = F.relu(norm(conv(images, 'conv1'), 'bn1'))
for stage in (1, 2, 3):
    for block in range(blocks):
        name = f'layer{stage}.{block}'
        small = stage > 1 and block == 0
        y = F.relu(norm(conv(x, name + '.conv1', 2 if small else 1), name + '.bn1'))
        y = norm(conv(y, name + '.conv2'), name + '.bn2')
        if small:
            x = x[:, :, ::2, ::2]
            zeros = torch.zeros_like(x[:, : x.shape[1] // 2])
            x = torch.cat([zeros, x, zeros], 1)
        x = F.relu(y + x)
result = F.linear(x.mean((2, 3)), state['linear.weight'], state['linear.bias'])
`;

describeWithData('the published networks of CIFAR-10', (folder) => {
  describeWithOracle('cifarResnet', (oracle) => {
    it.each([
      ['resnet20-12fca82f.th', models.cifarResnet20, 3],
      ['resnet56-4bfd9763.th', models.cifarResnet56, 9],
    ] as const)(
      '%s gives the values and gradients that it gives in Python',
      (name, make, blocks) => {
        const file = join(folder, 'weights/original', name);
        return oracle.compare(
          ({ images }) => {
            const model = make();
            tidy(() => model.loadStateDict(models.readWeights(file)));
            return model.double().eval().call(images);
          },
          python,
          { images: torch.randn([2, 3, 32, 32], { dtype: 'float64' }), file, blocks },
          { gradients: true, absolute: 1e-9 },
        );
      },
    );
  });
});
