/** A report as HTML: the stored page with its charts inside, and the mail with pictures by content id. */
import { chartPng, chartSvg } from './chart';
import type { ReportContent } from './content';

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

const STYLE =
  'body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:#111827;max-width:44rem;margin:2rem auto;padding:0 1rem}' +
  'h1{font-size:1.35rem;letter-spacing:.02em;border-bottom:2px solid #111827;padding-bottom:.4rem}' +
  'h2{font-size:1.05rem;margin:1.6rem 0 .4rem}ul{list-style:none;margin:0;padding:0}li{padding:.15rem 0}' +
  'li.sub{padding-left:1.5rem;color:#4b5563}svg,img{max-width:100%;height:auto}footer{margin-top:2rem;color:#6b7280;font-size:.85rem}';

/** Inline images by content id, as base64 PNG. */
export type Images = Record<string, string>;

export interface ReportPage {
  /** Whole page with SVG inside. */
  html: string;
  /** The same with `cid:` pictures. */
  mail: string;
  images: Images;
}

const lines = (all: readonly string[]): string =>
  all.length === 0
    ? '<p>Nothing in this period.</p>'
    : `<ul>${all.map((line) => `<li${/^\s/.test(line) ? ' class="sub"' : ''}>${escape(line.trim())}</li>`).join('')}</ul>`;

/** The page of a report, and the mail. */
export function pageOf(content: ReportContent, footer: string): ReportPage {
  const images: Images = {};
  const body = (picture: (svg: string, i: number, title: string) => string): string =>
    content.parts
      .map((part, i) => {
        const svg = part.chart ? chartSvg(part.chart) : undefined;
        return `<section><h2>${escape(part.title)}</h2>${lines(part.lines)}${svg === undefined ? '' : picture(svg, i, part.title)}</section>`;
      })
      .join('\n');
  const whole = (inner: string): string =>
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(content.title)}</title><style>${STYLE}</style></head>\n<body><h1>${escape(content.title)}</h1>\n${inner}\n<footer>${escape(footer)}</footer></body></html>\n`;
  return {
    html: whole(body((svg) => svg)),
    mail: whole(
      body((svg, i, title) => {
        const id = `${content.name}-${content.period.key}-${i}@tocsin`;
        images[id] = chartPng(svg).toString('base64');
        return `<img src="cid:${id}" width="640" alt="${escape(`Chart: ${title}`)}">`;
      }),
    ),
    images,
  };
}
