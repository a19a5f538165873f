/** A kept report as the words of a mail. */
import type { JsonObject } from '../domain/policy/types';
import type { Database } from '../store/database';
import { findReport } from '../store/reports';
import { REPORT_TEMPLATE } from './run';

/** The mail of a kept report. Throws where there is none: the delivery is tried again. */
export async function reportMail(
  pool: Database,
  pack: string,
  template: string,
): Promise<{ subject: string; text: string; html: string; images: Record<string, string> }> {
  const [name = '', period = ''] = template.slice(REPORT_TEMPLATE.length).split('/');
  const report = await findReport(pool, pack, name, period);
  if (!report) throw new Error(`the report ${name} of ${period} is not kept`);
  const { html, pictures } = report.images as { html: string; pictures: JsonObject };
  return {
    subject: report.title,
    text: report.text,
    html,
    images: Object.fromEntries(Object.entries(pictures).map(([id, png]) => [id, String(png)])),
  };
}
