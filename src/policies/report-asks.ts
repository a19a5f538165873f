/** What the texts of a report ask for. */
import type { ReportSection } from '../domain/policy/report-types';
import type { CompiledPack } from '../domain/policy/types';
import { variablesIn } from './templates';

/** The metrics that a section reads, by the name it reads them under. */
export function asksOf(
  section: ReportSection,
  pack: Pick<CompiledPack, 'metrics'>,
): Record<string, { metric: string; by?: string[]; back: number }> {
  const names = new Set(
    section.lines
      .flatMap(variablesIn)
      .flatMap((name) => (name.startsWith('metric.') ? [name.split('.')[1] ?? ''] : [])),
  );
  if (section.chart !== undefined) names.add(section.chart);
  const asks = { ...section.ask };
  for (const name of names) if (!asks[name] && pack.metrics[name]) asks[name] = { metric: name, back: 0 };
  return asks;
}
