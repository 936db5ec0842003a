import { type Box, boxAttributes } from './box.js';
import type { Extent } from './extent.js';

/** What the numbers beside a picture need; the last one's half is on the right of it. */
export const spaceForAxis = { left: 30, right: 10, bottom: 16 };

const fontSize = 9;
const tickLength = 3;
const mostSteps = 6;

/** A frame around a picture, with numbers on the left and below. */
export function axisSvg([left, right, bottom, top]: Extent, box: Box): string {
  const below = box.y + box.height;
  const xTicks = ticks(left, right).map((value) => {
    const x = box.x + (box.width * (value - left)) / (right - left);
    return (
      `<path d="M${x} ${below}v${tickLength}"/>` +
      textSvg(value, x, below + tickLength + fontSize, 'middle')
    );
  });
  const yTicks = ticks(bottom, top).map((value) => {
    const y = box.y + (box.height * (value - top)) / (bottom - top);
    return (
      `<path d="M${box.x} ${y}h${-tickLength}"/>` +
      textSvg(value, box.x - tickLength - 2, y + fontSize / 3, 'end')
    );
  });
  const frame = `<rect ${boxAttributes(box)} fill="none"/>`;
  return `<g stroke="black" stroke-width="0.8">${[frame, ...xTicks, ...yTicks].join('')}</g>`;
}

function textSvg(value: number, x: number, y: number, anchor: string): string {
  const place = `x="${x}" y="${y}" text-anchor="${anchor}"`;
  return `<text ${place} font-size="${fontSize}" stroke="none">${value}</text>`;
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function ticks(from: number, to: number): number[] {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  const power = 10 ** Math.floor(Math.log10((high - low) / mostSteps));
  const step = [1, 2, 5, 10]
    .map((times) => times * power)
    .find((it) => (high - low) / it <= mostSteps);
  const size = step ?? 10 * power;
  const first = Math.ceil(low / size);
  const count = Math.floor(high / size) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * size).toPrecision(6)));
}
