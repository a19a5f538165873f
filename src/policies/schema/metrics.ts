/** Metrics: questions to the events of many tickets. */
import { z } from 'zod';
import { cel, clauses, doc, duration, name, patterns } from './common';

const dimension = z.string().min(1);
const bounds = z.strictObject({
  min: doc(z.number().optional(), 'The least that is within the range.', 15),
  max: doc(z.number().optional(), 'The most that is within the range.', 20),
});

export const metric = doc(
  z.strictObject({
    title: doc(z.string().optional(), 'The words people use for it.', 'P1 on time'),
    label: doc(z.string().optional(), 'What it tells, in a few words.', 'quality of escalation decisions'),
    better: doc(z.enum(['lower', 'higher']).optional(), 'Which direction is good.', 'lower'),
    unit: doc(
      z.enum(['percent', 'duration', 'number', 'score', 'yes_no']).optional(),
      'How its value is shown; a share is a percentage, a mean of durations a duration, a truth yes or no, anything else a number.',
      'percent',
    ),
    shown: doc(
      z
        .strictObject({
          digits: doc(
            z.number().int().min(0).max(6).optional(),
            'At least so many digits after the point; thousands are grouped.',
            2,
          ),
          most_digits: doc(z.number().int().min(0).max(6).optional(), 'At most so many, where they are not zeros.', 4),
          before: doc(z.string().optional(), 'Stands before the number.', '$'),
          after: doc(z.string().optional(), 'Stands after it.', ' h'),
          clock: doc(z.boolean().default(false), 'A duration as hours and minutes: 2 h 00 m.', true),
        })
        .optional(),
      'How the number is written.',
      { digits: 2, before: '$' },
    ),
    of: doc(
      z.union([z.string(), z.array(z.string()).min(1)]).optional(),
      'What is counted: tickets, escalations, ticks(commitment), series(name), or events.',
      'tickets',
    ),
    kind: doc(z.string().default('support'), 'Only tickets of this kind; "any" is all of them.', 'review'),
    in_shadow: doc(
      z.boolean().default(false),
      'Counts tickets that the pack is in shadow on as well: what it decided, not what it did.',
      true,
    ),
    where: doc(cel.optional(), 'Only those where this holds.', "ticket.priority == 'P1'"),
    on: doc(
      patterns.optional(),
      'The event that dates a ticket: its first one must lie in the period. opened when left out.',
      'resolved',
    ),
    once: doc(
      dimension.optional(),
      'Only the first for each of these: ticket, customer, agent, or computed (=…).',
      'ticket',
    ),
    from: doc(patterns.optional(), 'A duration: from this event; from what is counted when left out.', 'opened'),
    to: doc(
      patterns.optional(),
      'A duration: to the first such event after it and before the next that is counted.',
      'agent_reply',
    ),
    to_where: doc(cel.optional(), 'Only such events of "to" where this holds.', "to.by.kind == 'person'"),
    same: doc(
      dimension.optional(),
      'The "to" event may be on any ticket with the same customer, agent or computed value.',
      'customer',
    ),
    within: doc(z.string().optional(), 'Only where the two events are at most this far apart.', 'P7D'),
    share: doc(
      cel.optional(),
      'The share of those where this holds; with "to", of those that have it, unless it reads "found".',
      '!commitment.resolution.breached',
    ),
    mean: doc(z.string().optional(), 'A mean: "duration", or computed.', 'duration'),
    sum: doc(z.string().optional(), 'A sum, computed.', 'event.value'),
    balance: doc(
      z
        .strictObject({
          plus: doc(cel, 'Those that count for it.', 'event.choice >= 9'),
          minus: doc(cel, 'Those that count against it.', 'event.choice <= 6'),
        })
        .optional(),
      'The share of some less the share of others, in points from -100 to 100.',
      { plus: 'event.choice >= 9', minus: 'event.choice <= 6' },
    ),
    last: doc(z.boolean().optional(), 'Of a series: its newest measurement at the end of the period.', true),
    value: doc(
      cel.optional(),
      'Computed, in place of counting: metric.<name> and before.<name> are values of other metrics in this period and in the one before it, period.days its days. Where one of them has no value, it has none.',
      'param.hours_without - metric.agent_hours',
    ),
    lowest: doc(
      z.enum(['hour', 'day', 'week', 'month', 'quarter', 'year']).optional(),
      'The lowest of these parts of the period, in place of the whole: what must hold in each of them.',
      'month',
    ),
    per: doc(
      z
        .strictObject({
          of: doc(patterns, 'The events.', ['claimed', 'agent_reply']),
          distinct: doc(z.array(dimension).min(1), 'What is counted of them, each combination once.', ['agent', 'day']),
        })
        .optional(),
      'The number is divided by the number of these.',
      { of: ['claimed', 'agent_reply'], distinct: ['agent', 'day'] },
    ),
    by: doc(
      z.union([dimension, z.array(dimension).min(1)]).optional(),
      'Once for each of these: month, week, day, quarter, hour, priority, plan, tier, queue, channel, category, reason, agent, level, or computed (=…).',
      'month',
    ),
    labels: doc(
      z.record(z.string(), z.string()).optional(),
      'Names of groups by key: these are always there, in this order.',
      { tier_1_to_2: 'Tier 1 → Tier 2' },
    ),
    for: doc(
      z.string().optional(),
      'The period (2025-01) that it belongs to, computed; that of its instant where there is none.',
      'event.period',
    ),
    split: doc(
      z
        .strictObject({
          on: doc(patterns, 'The event.', 'task_done(module_1)'),
          where: doc(cel.optional(), 'Only where this holds.', 'event.passed'),
          key: doc(cel, 'What the two have in common, of either.', 'ticket.person'),
        })
        .optional(),
      'Groups before, after and without: whether the same key had this event, on any ticket.',
      { on: 'task_done(module_1)', key: 'ticket.person' },
    ),
    top: doc(z.number().int().positive().optional(), 'Only the largest groups, this many.', 5),
    distribution: doc(z.boolean().optional(), 'Each group as a share of all of them.', true),
    reference: doc(
      z.record(z.string(), z.number()).optional(),
      'What the distribution was once documented as, in percent: the deviation is shown, nothing is marked.',
      { technical: 45, engineering: 30 },
    ),
    relative_to: doc(z.string().optional(), 'As a share of another metric.', 'ttr'),
    mix: doc(
      z.string().optional(),
      'The other metric is weighed by the mix of this dimension among what is counted here.',
      'priority',
    ),
    out_of: doc(z.string().optional(), 'Shown beside another metric: 8/10.', 'agents'),
    target: doc(
      z
        .string()
        .regex(/^(<|<=|>|>=|==) ?\S+$/, 'must be a comparison, such as "> 90%"')
        .optional(),
      'The target; "<" is strict.',
      '> 90%',
    ),
    range: doc(bounds.optional(), 'Inclusive bounds.', { min: 15, max: 20 }),
    ranges: doc(z.record(z.string(), bounds).optional(), 'Inclusive bounds for each group, by its key.', {
      '1': { min: 15, max: 20 },
    }),
    words: doc(
      z
        .strictObject({
          below: doc(z.string().optional(), 'What is said below the range.', 'understaffed'),
          above: doc(z.string().optional(), 'What is said above the range.', 'overload'),
        })
        .optional(),
      'What is said outside of the range.',
      { above: 'overload' },
    ),
    need: doc(
      z
        .strictObject({
          series: doc(name, 'The series that is served.', 'active_customers'),
          each: doc(z.number().positive(), 'At least one for each of this many.', 100),
          each_most: doc(
            z.number().positive().optional(),
            'At most one for each of this many, where there is such a bound.',
            10,
          ),
        })
        .optional(),
      'Bounds from a ratio: a started one counts as a whole one.',
      { series: 'active_customers', each: 100 },
    ),
    window: doc(
      z.union([z.enum(['now', 'today', 'week', 'month', 'quarter', 'year']), duration]).default('month'),
      'The period where the asker names none: to date, or this long back from now.',
      'P7D',
    ),
    standing: doc(z.boolean().default(false), 'Counts what stands, whenever it began.', true),
    compare: doc(
      z
        .strictObject({
          windows: doc(z.array(z.string()).length(2), 'The newer and the older window.', ['week', 'month']),
          words: doc(
            z
              .strictObject({
                better: doc(z.string().optional(), 'Said when it went up in the good direction.', 'Improving'),
                same: doc(z.string().optional(), 'Said when it did not move.', 'Stable'),
                worse: doc(z.string().optional(), 'Said when it moved the other way.', 'Declining'),
              })
              .optional(),
            'The words for it.',
            { better: 'Improving', same: 'Stable', worse: 'Declining' },
          ),
        })
        .optional(),
      'Two windows side by side, with the direction between them.',
      { windows: ['week', 'month'] },
    ),
    miss: doc(z.enum(['fail', 'warn']).default('fail'), 'What a missed target is.', 'warn'),
    clauses,
  }),
  'A question to events: a share, a duration, a mean. No data is no value, never 0.',
  { of: 'tickets', where: "ticket.priority == 'P1'", share: '!commitment.resolution.breached', target: '> 90%' },
);
export type MetricSource = z.infer<typeof metric>;
