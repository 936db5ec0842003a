import { tidy, torch } from '@flambeau/core';
import { photographsIn } from '@flambeau/lesson-tools';
import { getImageFiles, Image, openImage } from '@flambeau/vision';

/** A photograph of the lesson's pets, and a line that says where it is from. */
export async function openPhoto(data: string | null): Promise<{ photo: Image; origin: string }> {
  if (data === null) {
    const origin = 'a generated picture, as there is neither --data nor FLAMBEAU_DATA';
    return { photo: generatedPhoto(), origin: `Picture: ${origin}` };
  }
  const [path] = getImageFiles(photographsIn(data)) as [string];
  return { photo: await openImage(path), origin: `Picture: ${path}` };
}

/** A bright disc and a square on a floor that becomes darker, 300 x 400 pixels. */
export function generatedPhoto(): Image {
  return tidy(() => {
    const rows = torch.linspace(-1, 1, 300).view([-1, 1]);
    const columns = torch.linspace(-4 / 3, 4 / 3, 400).view([1, -1]);
    const disc = rows.square().add(columns.add(0.5).square()).lt(0.3);
    const square = rows.sub(0.2).abs().lt(0.4).logicalAnd(columns.sub(0.7).abs().lt(0.4));
    const floor = rows.mul(-0.2).add(0.35).expand([300, 400]);
    const planes = [0.9, 0.5, 0.2].map((light, i) =>
      floor.where(disc.logicalNot(), light).where(square.logicalNot(), 0.3 + 0.2 * i),
    );
    return new Image(torch.stack(planes));
  });
}
