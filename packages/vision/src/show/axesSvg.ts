import { pngOf } from '../image/saveImage.js';
import type { Axes } from './axes.js';
import { axisSvg, spaceForAxis } from './axisSvg.js';
import { type Box, boxAttributes, fitted } from './box.js';
import { type Extent, heightOf, unionOf, widthOf } from './extent.js';
import type { Layer } from './layer.js';
import { rasterOf } from './raster.js';
import { titleSvg } from './titleSvg.js';

const gap = 4;

/** A place of a figure: its picture, as large as the cell allows, right below its title. */
export async function axesSvg(axes: Axes, cell: Box, titleSpace: number): Promise<string> {
  const { layers, titleText, hasAxis } = axes;
  const space = hasAxis ? spaceForAxis : { left: 0, right: 0, bottom: 0 };
  const inner = {
    x: cell.x + gap + space.left,
    y: cell.y + gap + titleSpace,
    width: Math.max(cell.width - 2 * gap - space.left - space.right, 1),
    height: Math.max(cell.height - 2 * gap - titleSpace - space.bottom, 1),
  };
  const view = viewOf(layers);
  const box = view ? fitted(inner, widthOf(view) / heightOf(view)) : inner;
  const titleBox = { ...inner, y: box.y - titleSpace, height: titleSpace };
  const title = titleSvg(titleText, titleBox);
  if (view === undefined) return title;
  return title + (await pictureSvg(layers, view, box)) + (hasAxis ? axisSvg(view, box) : '');
}

/** All of the layers; undefined where there is none. */
function viewOf([first, ...others]: readonly Layer[]): Extent | undefined {
  return first && unionOf([first.extent, ...others.map(({ extent }) => extent)]);
}

async function pictureSvg(layers: readonly Layer[], view: Extent, box: Box): Promise<string> {
  using raster = rasterOf(layers, view, [box.height, box.width]);
  const png = Buffer.from(await pngOf(raster)).toString('base64');
  const source = `href="data:image/png;base64,${png}"`;
  return `<image ${boxAttributes(box)} preserveAspectRatio="none" ${source}/>`;
}
