// Writes two files over and over, each filled with one number, until it is killed.
import { io, tidy, torch } from '@flambeau/core';

const [checkpoint, safetensors] = process.argv.slice(2);
for (let value = 0; ; value = (value + 1) % 100) {
  tidy(() => {
    const x = torch.full([300_000], value, { dtype: 'float32' });
    io.save({ x, value }, checkpoint);
    io.saveFile({ x }, safetensors);
  });
  if (value === 1) process.stdout.write('writing\n');
}
