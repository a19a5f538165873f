/** Reports and schedules: points of the calendar with their zone, lists and attachments. */
import type { CalendarPoint, ReportDef, ScheduleDef } from '../domain/policy/report-types';
import { IANAZone } from 'luxon';

import { given, listOf, ms, patternsOf, type Compiler, type SourcePath } from './compiler';
import type { ScheduleSource } from './schema/outlook';
import type { ReportSource } from './schema/reporting';
import { TemplateSyntaxError, variablesIn } from './templates';

function pointOf(
  c: Compiler,
  source: Exclude<ScheduleSource['at'], string>,
  zone: string,
  path: SourcePath,
): CalendarPoint {
  const named = source.zone ?? zone;
  if (!IANAZone.isValidZone(named)) c.faults.push({ path: [...path, 'zone'], message: `"${named}" is no time zone` });
  return {
    ...given('day', source.day),
    ...given('month', source.month),
    ...given('quarter', source.quarter),
    time: source.time,
    zone: named,
  };
}

/** A Liquid text; one that cannot be parsed is a fault. */
function liquid(c: Compiler, text: string, path: SourcePath): string {
  try {
    variablesIn(text);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    c.faults.push({ path, message: error.message, line: error.line, column: error.column });
  }
  return text;
}

const cels = (c: Compiler, source: Record<string, string | boolean>, path: SourcePath) =>
  Object.fromEntries(Object.entries(source).map(([name, text]) => [name, c.cel(text, [...path, name], 'metric')]));

/** One report. */
export function compileReport(
  c: Compiler,
  name: string,
  source: ReportSource,
  path: SourcePath,
  zone: string,
): ReportDef {
  return {
    name,
    clauses: source.clauses,
    title: liquid(c, source.title, [...path, 'title']),
    live: source.live,
    period: source.period,
    ...given('at', source.at && pointOf(c, source.at, zone, [...path, 'at'])),
    to: listOf(source.to),
    ...given('transcripts', source.transcripts),
    sections: source.sections.map((section, i) => {
      const at = [...path, 'sections', i];
      return {
        title: section.title,
        clauses: section.clauses,
        lines: section.lines.map((line, n) => liquid(c, line, [...at, 'lines', n])),
        ask: Object.fromEntries(
          Object.entries(section.ask).map(([key, one]) => [
            key,
            { metric: one.metric, back: one.back, ...given('by', one.by === undefined ? undefined : listOf(one.by)) },
          ]),
        ),
        ...given('chart', section.chart),
        lists: section.lists.map((list, n) => ({
          metric: list.metric,
          text: liquid(c, list.text, [...at, 'lists', n, 'text']),
          with: cels(c, list.with, [...at, 'lists', n, 'with']),
          ...given(
            'clusters',
            list.clusters && {
              of: c.cel(list.clusters.of, [...at, 'lists', n, 'clusters', 'of'], 'metric'),
              alike: list.clusters.alike,
              least: list.clusters.least,
            },
          ),
          most: list.most,
          ...given('empty', list.empty),
          proposed: list.proposed,
        })),
        ...given('changes', section.changes === undefined ? undefined : listOf(section.changes)),
      };
    }),
  };
}

/** One schedule. */
export function compileSchedule(
  c: Compiler,
  name: string,
  source: ScheduleSource,
  path: SourcePath,
  zone: string,
): ScheduleDef {
  const { opens } = source;
  const at = [...path, 'opens'];
  return {
    name,
    clauses: source.clauses,
    at:
      typeof source.at === 'string'
        ? { cel: c.cel(source.at, [...path, 'at'], 'schedule') }
        : pointOf(c, source.at, zone, [...path, 'at']),
    opens: {
      kind: opens.kind,
      key: opens.key.startsWith('=') ? { cel: c.cel(opens.key, [...at, 'key'], 'schedule') } : { lit: opens.key },
      ...given('subject', opens.subject === undefined ? undefined : liquid(c, opens.subject, [...at, 'subject'])),
      ...c.maybe('when', opens.when, [...at, 'when'], 'formula'),
      ...given('forEach', opens.for_each),
      for: listOf(opens.for),
      fields: opens.fields,
      ...given(
        'items',
        opens.items && {
          each: patternsOf(opens.items.each),
          kind: opens.items.kind,
          ...c.maybe('where', opens.items.where, [...at, 'items', 'where'], 'metric'),
          ...given('window', opens.items.window === undefined ? undefined : ms(opens.items.window)),
          ...given('sample', opens.items.sample),
          apart: opens.items.apart,
          choices: opens.items.choices,
          with: cels(c, opens.items.with, [...at, 'items', 'with']),
        },
      ),
      attach: Object.fromEntries(
        Object.entries(opens.attach).map(([key, one]) => [
          key,
          { metric: one.metric, back: one.back, ...given('by', one.by === undefined ? undefined : listOf(one.by)) },
        ]),
      ),
    },
  };
}
