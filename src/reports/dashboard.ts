/** Dashboards: live reports, made over the store whenever somebody looks; made once for all who look at the same time. */
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import type { Database } from '../store/database';
import { evidenceFor, type ReportPack } from './ask';
import { contentOf, questionsOf, type ReportContent } from './content';
import { chartSvg } from './chart';

/** How old the numbers on a dashboard may be. */
export const FRESH_MS = 2_000;

/**
 * The widgets of a live report of the pack, of its first one where none is named: a composed pack has one of each part.
 * Errors: ESC_REPORT_UNKNOWN where there is none; ESC_STORE_UNAVAILABLE.
 */
export async function dashboardOf(
  pool: Database,
  { pack }: ReportPack,
  now: EpochMs,
  named?: string,
): Promise<ReportContent> {
  const live = Object.values(pack.reports ?? {}).filter((one) => one.live);
  const def = named === undefined ? live[0] : live.find((one) => one.name === named);
  if (!def) {
    const names = live.map((one) => one.name).join(', ');
    const message = `the pack ${pack.id} has no live report${named === undefined ? '' : ` "${named}"; it has ${names || 'none'}`}`;
    throw new TocsinError('ESC_REPORT_UNKNOWN', message, named === undefined ? {} : { report: named });
  }
  const period = { from: now, to: now };
  const evidence = await evidenceFor(pool, pack, questionsOf(pack, def, period));
  return contentOf(evidence, def, period);
}

/** A dashboard as JSON. */
export const dashboardJson = (content: ReportContent, at: EpochMs): JsonObject => ({
  title: content.title,
  at: formatInstant(at),
  widgets: content.parts.map((part) => ({ title: part.title, lines: part.lines })),
});

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** The widgets as HTML, charts as SVG inside. */
export const widgetsHtml = (content: ReportContent, at: EpochMs): string =>
  `${content.parts
    .map((part) => {
      const svg = part.chart ? chartSvg(part.chart, { width: 420, height: 180 }) : undefined;
      const rows = part.lines.map((line) => {
        const cut = line.indexOf(': ');
        return cut < 0
          ? `<tr><td colspan="2">${escape(line)}</td></tr>`
          : `<tr><th scope="row">${escape(line.slice(0, cut))}</th><td>${escape(line.slice(cut + 2))}</td></tr>`;
      });
      return `<section><h2>${escape(part.title)}</h2><table>${rows.join('') || '<tr><td>No data yet</td></tr>'}</table>${svg ?? ''}</section>`;
    })
    .join('\n')}\n<p class="at">As of ${escape(
    formatInstant(at)
      .replace('T', ' ')
      .replace(/(\.\d+)?Z$/, ' UTC'),
  )}</p>`;
