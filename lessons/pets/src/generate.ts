import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Tensor, tidy, torch } from '@flambeau/core';
import { Image } from '@flambeau/vision';

/** What stands in for breeds: shapes in front of a background of any colour. */
const shapes: Readonly<Record<string, (x: Tensor, y: Tensor) => Tensor>> = {
  Bar: (x, y) => y.abs().lt(0.25).logicalAnd(x.abs().lt(0.9)),
  Disc: (x, y) => x.square().add(y.square()).lt(0.4),
  Ring: (x, y) => x.square().add(y.square()).sub(0.45).abs().lt(0.2),
  cross: (x, y) => x.abs().minimum(y.abs()).lt(0.2).logicalAnd(x.abs().maximum(y.abs()).lt(0.9)),
  square: (x, y) => x.abs().maximum(y.abs()).lt(0.6),
  stripes: (x, y) => x.mul(9).sin().gt(0).logicalAnd(y.abs().lt(0.8)),
};

/** Names of the generated breeds, capital letters first as in the pets. */
export const generatedBreeds: readonly string[] = Object.keys(shapes);

/**
 * Writes pictures `<breed>_<number>.jpg` to a folder, of the same form as the pets' photographs. Size,
 * place, turn and colours are random.
 * @param count of each breed
 */
export async function generatePets(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [breed, shape] of Object.entries(shapes)) {
    for (let i = 1; i <= count; i++) {
      using picture = tidy(() => draw(shape));
      await picture.save(join(folder, `${breed}_${i}.jpg`));
    }
  }
}

function draw(shape: (x: Tensor, y: Tensor) => Tensor): Image {
  const [size, left, top, turn, ...colours] = torch.rand([10]).toArray() as number[];
  const [rows, columns] = [96, 128];
  const scale = 1.2 + (size as number);
  const u = torch
    .linspace(-1.33, 1.33, columns)
    .sub(0.5 * ((left as number) - 0.5))
    .view([1, -1]);
  const v = torch
    .linspace(-1, 1, rows)
    .sub(0.5 * ((top as number) - 0.5))
    .view([-1, 1]);
  const angle = 0.8 * ((turn as number) - 0.5);
  const x = u
    .mul(Math.cos(angle))
    .add(v.mul(Math.sin(angle)))
    .mul(scale);
  const y = v
    .mul(Math.cos(angle))
    .sub(u.mul(Math.sin(angle)))
    .mul(scale);
  const isShape = shape(x, y).unsqueeze(0);
  const back = torch.tensor(colours.slice(0, 3)).mul(0.5).view([3, 1, 1]);
  const front = torch.tensor(colours.slice(3)).mul(0.5).add(0.5).view([3, 1, 1]);
  const noise = torch.randn([3, rows, columns]).mul(0.05);
  return new Image(front.where(isShape, back).add(noise).clamp(0, 1));
}
