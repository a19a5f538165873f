/** Constructs beside rules and clocks: flows, schedules, kinds, metrics, rollout. */
import { z } from 'zod';
import { action } from './actions';
import { calendarPoint } from './reporting';
import {
  amount,
  AMOUNT_TEXT,
  cel,
  clauses,
  doc,
  json,
  kinds,
  name,
  ref,
  names,
  patterns,
  positiveDuration,
  value,
} from './common';

const actions = z.array(action);

const go = z.strictObject({
  when: doc(cel.optional(), 'The row holds where this does; the last row has none.', "fact.intent.value == 'INCIDENT'"),
  to: doc(z.string(), 'The next state, or "end".', 'evidence'),
  outcome: doc(z.string().optional(), 'What the flow ends as.', 'escalated'),
  title: doc(z.string().optional(), 'What people call the way, on the map of the flow.', 'Keywords: no'),
  do: doc(actions.optional(), 'What is done on the way.', [{ tag: 'incident' }]),
  clauses,
});

const silence = z.array(
  z.strictObject({
    after: doc(amount, `How long nobody has answered: ${AMOUNT_TEXT}.`, 'PT24H'),
    send: doc(z.string().optional(), 'The template sent to the customer.', 'follow_up'),
    to: doc(z.string().optional(), 'The next state.', 'human'),
    give_up: doc(z.boolean().optional(), 'Fields still open are given up.', true),
    do: doc(actions.optional(), 'What is done.', [{ tag: 'silent' }]),
    clauses,
  }),
);

const collect = z.strictObject({
  model: doc(z.string(), 'The fact that reads the fields out of a message.', 'extract'),
  voice: doc(name.optional(), 'The voice of the state, said here in place of there.', 'security_specialist'),
  begins: doc(
    z.enum(['message', 'question']).default('message'),
    'It begins with the message that led here, or with a question that the state has just put by what it does.',
    'question',
  ),
  items: doc(
    z
      .array(
        z.strictObject({
          field: doc(name, 'The field.', 'affected_names'),
          ask: doc(z.string().optional(), 'The template of its question.', 'ask_names'),
          attempts: doc(z.number().int().positive(), 'How often it is asked before it is given up.', 3),
          sufficient: doc(z.number().min(0).max(100), 'The share of certainty that is enough.', 50),
          dates: doc(
            name.optional(),
            'The date field that gets the day which the words mean ("about a week ago"), counted from the message in the zone of the pack; the words themselves stay in the field.',
            'incident_date',
          ),
          clauses,
        }),
      )
      .min(1),
    'The fields, in the order of their questions.',
    [{ field: 'affected_names', ask: 'ask_names', attempts: 3, sufficient: 50 }],
  ),
  silence: doc(silence.optional(), 'What happens while nobody answers.', [{ after: 'PT24H', send: 'follow_up' }]),
  clauses,
});

const state = z.strictObject({
  title: doc(z.string().optional(), 'What people call it, on the map of the flow.', 'Information gathering'),
  when: doc(
    cel.optional(),
    'The state is switched on only where this holds; otherwise the flow takes the way of otherwise in its place.',
    "param.stages.education == 'on'",
  ),
  otherwise: doc(go.omit({ when: true }).optional(), 'The way past a state that is switched off.', {
    to: 'end',
    outcome: 'human_review',
    do: [{ assign: { queue: 'trust_and_safety' } }],
  }),
  voice: doc(
    name.optional(),
    'The voice that asks and speaks in it: its delay and its context hold for what the state asks and sends.',
    'security_specialist',
  ),
  ask: doc(z.array(z.string()).optional(), 'Facts asked as one batch.', ['intent']),
  ask_each_message: doc(z.array(z.string()).optional(), 'Facts asked again at each message.', ['wants_human']),
  interrupts: doc(
    z.array(go.extend({ name: doc(name, 'The name of the interrupt.', 'wants_human') })).optional(),
    'Tried before anything else, in this order.',
    [{ name: 'wants_human', when: 'fact.wants_human.score >= 4', to: 'end', outcome: 'human_handoff' }],
  ),
  collect: doc(collect.optional(), 'Fields filled by dialogue.', {
    model: 'extract',
    items: [{ field: 'affected_names', attempts: 3, sufficient: 50 }],
  }),
  task: doc(
    z.strictObject({
      for: doc(value, 'Who must answer.', 'support_manager'),
      choices: doc(value.optional(), 'The answers.', ['confirmed', 'not_confirmed']),
      title: doc(z.string().optional(), 'The words people use for it.', 'Confirm the risk'),
      due: doc(amount.optional(), `When: ${AMOUNT_TEXT}.`, 'PT24H'),
      ask: doc(
        z
          .record(z.string(), z.enum(['text', 'url', 'number', 'date', 'person', 'list', 'any', 'optional']))
          .default({}),
        'What the answer holds beside the choice.',
        { reason: 'text' },
      ),
      sets: doc(z.array(z.string()).default([]), 'Ticket fields that the answer sets.', ['risk_level']),
    }),
    'A task that the state waits for.',
    { for: 'support_manager', choices: ['confirmed', 'not_confirmed'], due: 'PT24H' },
  ).optional(),
  do: doc(actions.optional(), 'What is done on entering.', [{ tag: 'incident' }]),
  in_order: doc(z.boolean().optional(), 'Each step starts after the receipt of the one before.', true),
  silence: doc(silence.optional(), 'What happens while nobody answers.', [{ after: 'PT24H', send: 'follow_up' }]),
  go: doc(z.array(go).min(1), 'The way on: the first row that holds.', [{ to: 'end', outcome: 'done' }]),
  clauses,
});

const start = z.strictObject({
  on: doc(patterns, 'The events.', 'message(customer)'),
  when: doc(cel.optional(), 'Only where this holds.', '!ticket.bot_off'),
  first: doc(name.optional(), 'The state it begins in, in place of the first.', 'intent'),
});

export const flow = doc(
  z.strictObject({
    starts: doc(
      z.union([start, z.array(start).min(1)]),
      'The events that start it; a running flow is not started again.',
      { on: 'message(customer)', when: '!ticket.bot_off' },
    ),
    first: doc(name, 'The first state.', 'filter'),
    states: doc(z.record(z.string(), state), 'Its states.', { filter: { go: [{ to: 'end', outcome: 'done' }] } }),
    kind: kinds,
    clauses,
  }),
  'A state machine.',
  {
    starts: { on: 'message(customer)' },
    first: 'filter',
    states: { filter: { go: [{ to: 'end', outcome: 'done' }] } },
  },
);

export const schedule = doc(
  z.strictObject({
    at: doc(
      z.union([z.string().startsWith('=', 'must be a point of the calendar or computed (=…)'), calendarPoint]),
      'When: a day of the week, month or quarter, or a computed date.',
      { day: 'mon', time: '09:00' },
    ),
    opens: doc(
      z.strictObject({
        kind: doc(ref, 'The kind of ticket.', 'review'),
        key: doc(
          z.string(),
          'One ticket for each key and instant; may be computed over each entry of for_each.',
          'weekly',
        ),
        subject: doc(z.string().optional(), 'Its subject, in Liquid over period.', 'Weekly review {{ period.key }}'),
        for_each: doc(
          z.string().optional(),
          'One for each entry of this list: a series whose newest labels are the entry, or a field of the pack’s params.',
          'active_customers',
        ),
        when: doc(
          cel.optional(),
          'Only where this holds: metric.<name> is a value of the period before the instant, period.days its days.',
          'metric.model_cost > param.budget * period.days',
        ),
        for: doc(names.optional(), 'Who answers it.', 'support_manager'),
        fields: doc(z.record(name, json).default({}), 'Fields that it opens with.', { module: 1 }),
        items: doc(
          z
            .strictObject({
              each: doc(patterns, 'The events.', 'escalated'),
              kind: doc(z.string().default('support'), 'Of tickets of this kind.', 'support'),
              where: doc(cel.optional(), 'Only where this holds.', "event.path == 'technical'"),
              window: doc(z.string().optional(), 'How far back; to the instant before when left out.', 'P7D'),
              since: doc(z.literal('last').optional(), 'To the instant before, said.', 'last'),
              sample: doc(
                z.number().int().positive().optional(),
                'At most so many of them, picked by a stable hash: a repeat picks the same.',
                10,
              ),
              apart: doc(z.boolean().default(false), 'A ticket for each of them, in place of a list.', true),
              choices: doc(z.array(json).default([]), 'The verdicts.', ['appropriate', 'premature']),
              with: doc(z.record(name, cel).default({}), 'What of each is written down.', { reason: 'event.reason' }),
            })
            .optional(),
          'What it goes through.',
          { each: 'escalated', window: 'P7D', choices: ['appropriate', 'premature'] },
        ),
        attach: doc(
          z
            .record(
              name,
              z.strictObject({
                metric: doc(ref, 'The metric.', 'top_escalation_reasons'),
                by: doc(names.optional(), 'Its groups, in place of its own.', 'month'),
                back: doc(z.number().int().nonnegative().default(0), 'How many periods before as well.', 2),
              }),
            )
            .default({}),
          'Answers of metrics that the ticket carries, by field.',
          { reasons: { metric: 'top_escalation_reasons' } },
        ),
      }),
      'The tickets it opens.',
      { kind: 'review', key: 'weekly' },
    ),
    clauses,
  }),
  'Calendar time without a ticket. It does one thing: open tickets.',
  { at: { day: 'mon', time: '09:00' }, opens: { kind: 'review', key: 'weekly' } },
);
export type ScheduleSource = z.infer<typeof schedule>;

export const kind = doc(
  z.strictObject({
    title: doc(z.string(), 'The words people use for it.', 'Risk register'),
    fields: doc(z.array(z.string()).optional(), 'The fields it shows.', ['risk_level']),
    statuses: doc(z.array(z.string()).optional(), 'Its statuses, in order.', ['open', 'done']),
    edit: doc(z.array(z.string()).optional(), 'Roles that may change it.', ['risk_unit']),
    opened_when: doc(
      cel.optional(),
      'A support ticket becomes an entry when this begins to hold. Later changes of the fields it shows are told to the entry.',
      'ticket.risk_level >= 3',
    ),
    key: doc(value.default('=ticket.id'), 'The key of that entry: one open entry for each.', '=ticket.issue_key'),
    clauses,
  }),
  'A kind of ticket beside support. A register is the list of tickets of a kind.',
  { title: 'Risk register', edit: ['risk_unit'] },
);

export const rollout = doc(
  z.strictObject({
    key: doc(z.string(), 'A stable hash of it puts a ticket in or out.', 'ticket.id'),
    kind: kinds,
    steps: doc(z.array(z.number().min(0).max(100)).min(1), 'The shares in percent, in order.', [25, 50, 100]),
    start: doc(
      z.number().min(0).max(100).default(0),
      'The share in percent until somebody sets one (policy rollout).',
      25,
    ),
    stay: doc(positiveDuration.optional(), 'How long a share stands before the next may follow.', 'P7D'),
    rest: doc(
      z.enum(['shadow', 'off']),
      'What becomes of the rest: decided and recorded only, or not at all.',
      'shadow',
    ),
    next_when: doc(cel.optional(), 'The next step is taken where this holds.', 'metric.false_positives.met'),
    compare: doc(
      z
        .strictObject({
          bot: doc(z.string(), 'What the pack came to on a ticket, in CEL.', 'flow.triage.outcome'),
          person: doc(z.string(), 'What the people came to.', 'ticket.ts_conclusion'),
          same: doc(
            z.record(z.string(), z.union([json, z.array(json)])),
            'What each conclusion of the pack means in the words of the people, one or several; one that is not listed leaves the ticket to people.',
            { escalated: 'breach', education_resolved: 'no_breach' },
          ),
        })
        .optional(),
      'What is set beside each other, ticket by ticket, while the pack is in shadow.',
      { bot: 'flow.triage.outcome', person: 'ticket.ts_conclusion', same: { escalated: 'breach' } },
    ),
    clauses,
  }),
  'How a version reaches tickets. Raising the share keeps everyone who was in.',
  { key: 'ticket.id', steps: [25, 50, 100], rest: 'shadow' },
);
