/** An area of an SVG, in its units. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The largest box of a shape that lies in the middle of another.
 * @param shape width over height
 */
export function fitted(outer: Box, shape: number): Box {
  const width = Math.min(outer.width, outer.height * shape);
  const height = width / shape;
  return {
    x: outer.x + (outer.width - width) / 2,
    y: outer.y + (outer.height - height) / 2,
    width,
    height,
  };
}

/** As attributes of an element. */
export function boxAttributes({ x, y, width, height }: Box): string {
  return `x="${x}" y="${y}" width="${width}" height="${height}"`;
}
