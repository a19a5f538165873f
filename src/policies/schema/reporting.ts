/** Reports: named, at a point of the calendar, to roles; over metrics and the entries of people. */
import { z } from 'zod';
import { cel, clauses, doc, name, ref, names, time, weekday } from './common';

/** A point of the calendar. */
export const calendarPoint = z.strictObject({
  day: doc(weekday.optional(), 'Each week on this day.', 'mon'),
  month: doc(z.number().int().min(1).max(28).optional(), 'Each month on this day.', 1),
  quarter: doc(z.number().int().min(1).max(28).optional(), 'Each quarter on this day.', 1),
  time: doc(time, 'The time of day; each day where nothing else is said.', '09:00'),
  zone: doc(z.string().optional(), 'The time zone; the pack’s when left out.', 'America/New_York'),
});

const asked = z.strictObject({
  metric: doc(ref, 'The metric.', 'escalation_rate'),
  by: doc(names.optional(), 'Its groups, in place of its own.', 'month'),
  back: doc(z.number().int().nonnegative().default(0), 'How many periods before this one are asked as well.', 5),
});

const list = z.strictObject({
  metric: doc(ref, 'What this metric counts is listed.', 'improvements'),
  text: doc(
    z.string(),
    'Each entry, in Liquid: ticket, event, from, to, duration, and what "with" computes.',
    '{{ event.text }}',
  ),
  with: doc(z.record(z.string(), cel).default({}), 'Computed for each.', { sla: "table('sla', 'P1').resolution" }),
  clusters: doc(
    z
      .strictObject({
        of: doc(cel, 'The text of each, by which they are alike.', 'transcript[0].text'),
        alike: doc(
          z.number().min(0).max(1).default(0.25),
          'How much of their words two must share, from 0 to 1; rare words count for more.',
          0.25,
        ),
        least: doc(z.number().int().min(2).default(2), 'Smaller clusters are left out.', 2),
      })
      .optional(),
    'Not each by itself: those whose texts are alike are one entry, read as cluster.size, cluster.words and cluster.tickets.',
    { of: 'transcript[0].text' },
  ),
  most: doc(z.number().int().positive().default(50), 'At most this many.', 5),
  empty: doc(z.string().optional(), 'Said where there is nothing.', 'None'),
  proposed: doc(
    z.boolean().default(false),
    'Proposals of Tocsin beside what people wrote: they are marked as such.',
    true,
  ),
});

const section = z.strictObject({
  title: doc(z.string(), 'Its heading.', 'Summary'),
  lines: doc(z.array(z.string()).default([]), 'Lines in Liquid, over metric.<name> and period.', [
    'Total Tickets: {{ metric.total_tickets.text }}',
  ]),
  ask: doc(z.record(name, asked).default({}), 'Metrics under another name, with groups and earlier periods.', {
    trend: { metric: 'escalation_rate', by: 'month', back: 5 },
  }),
  chart: doc(name.optional(), 'The metric, or a name of "ask", that is drawn.', 'trend'),
  lists: doc(z.array(list).default([]), 'Entries one by one.', [{ metric: 'improvements', text: '{{ event.text }}' }]),
  changes: doc(
    names.optional(),
    'What the versions of the pack that were published in the period changed in these constructs.',
    ['voices', 'templates'],
  ),
  clauses,
});

export const report = doc(
  z.strictObject({
    title: doc(z.string(), 'Its title, in Liquid.', 'REPORT - {{ period.month | upcase }} {{ period.year }}'),
    live: doc(
      z.boolean().default(false),
      'A dashboard: made whenever somebody looks, each metric over its own window; never sent.',
      true,
    ),
    period: doc(z.enum(['day', 'week', 'month', 'quarter']).default('day'), 'The period before its instant.', 'month'),
    at: doc(calendarPoint.optional(), 'When it is made and sent.', { month: 1, time: '09:00' }),
    to: doc(names.default([]), 'The roles that get it by mail.', ['support_manager', 'director']),
    transcripts: doc(
      name.optional(),
      'The conversations of what this metric counts can be exported with it, one a line.',
      'conversations',
    ),
    sections: doc(z.array(section).min(1), 'Its sections.', [
      { title: 'Summary', lines: ['Total Tickets: {{ metric.total_tickets.text }}'] },
    ]),
    clauses,
  }),
  'A report: metrics and entries of a period, stored as it was sent, and computed again at will.',
  {
    title: 'Escalations of {{ period.month }}',
    period: 'month',
    at: { month: 1, time: '09:00' },
    to: 'support_manager',
    sections: [{ title: 'Summary', lines: ['Total Tickets: {{ metric.total_tickets.text }}'] }],
  },
);
export type ReportSource = z.infer<typeof report>;
