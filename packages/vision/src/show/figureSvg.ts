import type { Axes } from './axes.js';
import { axesSvg } from './axesSvg.js';
import { spaceForTitle, titleSvg } from './titleSvg.js';

const unitsOfInch = 72;
/** matplotlib's font, and what is like it elsewhere. */
const fontFamily = 'DejaVu Sans, Verdana, Arial, Helvetica, sans-serif';

/** The document of a figure: cells of one size below its title. */
export async function figureSvg(
  axes: readonly (readonly Axes[])[],
  figsize: readonly [width: number, height: number],
  suptitle: string,
): Promise<string> {
  const [width, height] = figsize.map((inches) => inches * unitsOfInch) as [number, number];
  const top = spaceForTitle([suptitle]);
  const rowHeight = Math.max((height - top) / axes.length, 1);
  const cells = axes.flatMap((row, i) => {
    const titleSpace = spaceForTitle(row.map(({ titleText }) => titleText));
    const cellWidth = width / row.length;
    return row.map((one, j) => {
      const place = { x: j * cellWidth, y: top + i * rowHeight };
      return axesSvg(one, { ...place, width: cellWidth, height: rowHeight }, titleSpace);
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="${fontFamily}">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    titleSvg(suptitle, { x: 0, y: 0, width, height: top }, 'bold'),
    ...(await Promise.all(cells)),
    '</svg>',
  ].join('');
}
