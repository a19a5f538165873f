/** A report of a pack over histories, and its sections in words. */
import type { History } from '../../src/domain/metrics/history';
import type { Evidence } from '../../src/domain/metrics/items';
import type { CompiledPack } from '../../src/domain/policy/types';
import { contentOf, type ReportContent } from '../../src/reports/content';

/** A report of the pack over a period. */
export function reportOf(
  pack: CompiledPack,
  name: string,
  histories: readonly History[],
  period: Parameters<typeof contentOf>[2],
  points: Evidence['series'] = {},
): ReportContent {
  const def = pack.reports[name];
  if (!def) throw new Error(`the pack has no report ${name}`);
  return contentOf({ pack, histories, series: points }, def, period);
}

/** The lines of one of its sections. */
export function part(content: ReportContent, title: string): string[] {
  const found = content.parts.find((one) => one.title === title);
  if (!found) throw new Error(`no section ${title}`);
  return found.lines.map((line) => line.trim());
}
