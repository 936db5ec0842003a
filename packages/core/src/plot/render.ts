import type { TopLevelSpec } from 'vega-lite';
import type { VegaLiteSpec } from './plot.js';

/** A picture as an SVG document. The libraries that draw are loaded only now. */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  // Vega marks the rows of the data that it is given.
  const own = structuredClone(spec) as unknown as TopLevelSpec;
  const runtime = vega.parse(compile(own).spec);
  const view = new vega.View(runtime, { renderer: 'none', logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** An SVG document as a PNG, on white, with the system's fonts. */
export async function renderPng(svg: string, scale: number): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: scale },
  });
  return image.asPng();
}

/** A page that needs nothing else. */
export function renderHtml(svg: string, title: string): string {
  const escaped = escapeMarkup(title);
  return `<!doctype html>\n<meta charset="utf-8">\n<title>${escaped}</title>\n${svg}\n`;
}

/** A text as SVG and HTML write it between their tags. */
export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
