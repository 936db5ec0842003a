import { plot } from '@flambeau/core';
import type { Box } from './box.js';

const fontSize = 12;
const smallestFontSize = 6;
/** Of a letter, in font sizes, in most fonts without serifs. */
const letterWidth = 0.62;
const lineHeight = 16;

/** What the longest of these titles needs. */
export function spaceForTitle(titles: readonly string[]): number {
  return Math.max(...titles.map((title) => linesOf(title).length * lineHeight));
}

/** A title in the middle of a box, in letters that are as small as it needs. */
export function titleSvg(title: string, box: Box, weight: 'normal' | 'bold' = 'normal'): string {
  const x = box.x + box.width / 2;
  const lines = linesOf(title);
  return lines
    .map((line, i) => {
      const y = box.y + box.height - (lines.length - i) * lineHeight + 0.7 * lineHeight;
      const fitting = box.width / (letterWidth * line.length);
      const size = Math.max(Math.min(fontSize, fitting), smallestFontSize);
      const place = `x="${x}" y="${y}" text-anchor="middle"`;
      const font = `font-size="${size.toFixed(1)}" font-weight="${weight}"`;
      return `<text ${place} ${font}>${plot.escapeMarkup(line)}</text>`;
    })
    .join('');
}

function linesOf(title: string): string[] {
  return title === '' ? [] : title.split('\n');
}
