/** Constructs that name things: calendars, people, fields, words, tables, conditions, facts. */
import { z } from 'zod';
import { cel, clauses, doc, duration, json, kinds, name, ref, time, value, weekday } from './common';

const hours = z.record(z.string(), z.union([z.null(), z.array(z.tuple([z.string(), z.string()]))]));

export const calendar = doc(
  z.strictObject({
    always: doc(z.literal(true).optional(), 'Open at every instant.', true),
    zone: doc(z.string().optional(), 'The IANA time zone of its hours.', 'America/New_York'),
    hours: doc(hours.optional(), 'Opening hours by weekday or a range of them. A day not named is closed.', {
      'mon-fri': [['09:00', '17:00']],
    }),
    holidays: doc(
      z.union([z.string(), z.array(z.string())]).optional(),
      'Dates on which it does not open, or the name of a list under "holidays".',
      'us_2026',
    ),
    overrides: doc(hours.optional(), 'Hours of single dates; they win over holidays.', {
      '2026-12-24': [['09:00', '12:00']],
    }),
    only: doc(
      z.union([z.string(), z.array(z.string())]).optional(),
      'It opens on these dates and on no others, with the hours of their weekdays: a list, or its name under "holidays".',
      'us_2026',
    ),
    must_configure: doc(
      z.boolean().optional(),
      'The procedure gives no hours: the organisation must confirm these before production.',
      true,
    ),
    clauses,
  }),
  'Open intervals in a zone, for due instants and for is_open. Local times in a DST gap move forward by the gap; in an overlap the first is meant.',
  { zone: 'America/New_York', hours: { 'mon-fri': [['09:00', '17:00']] }, holidays: 'us_2026' },
);

const contact = {
  email: doc(z.string().optional(), 'Its mail address.', 'oncall@example.com'),
  phone: doc(z.string().optional(), 'Its telephone number.', '+1 555 0100'),
  page: doc(z.string().optional(), 'Its service at the paging provider.', 'engineering-team'),
};

export const role = doc(
  z.strictObject({
    title: doc(z.string().optional(), 'The words people use for it.', 'Head of support'),
    ...contact,
    slack: doc(z.string().optional(), 'Its Slack channel.', '#incidents'),
    queue: doc(z.string().optional(), 'Its queue on the board.', 'trust_and_safety'),
    rota: doc(ref.optional(), 'Who it is comes from this rotation.', 'engineering'),
    group: doc(z.array(z.string()).min(1).optional(), 'The roles that it stands for.', ['support_manager', 'director']),
    from: doc(
      z.string().startsWith('=', 'must be computed (=…)').optional(),
      'A computed holder: an address, or a map with one.',
      '=ticket.commander',
    ),
    fallback: doc(ref.optional(), 'The role told where this one has no contact; followed and recorded.', 'cto'),
    list: doc(
      z.string().optional(),
      'An audience that is resolved outside; `reporters_of_members` are the customers of an incident’s tickets.',
      'status_page_subscribers',
    ),
    must_configure: doc(
      z.boolean().optional(),
      'The procedure gives no contact: the organisation must, before production.',
      true,
    ),
    hours: doc(
      z.string().optional(),
      'The calendar in which it is there. A message to it (not a page) that falls outside waits for the next opening.',
      'business',
    ),
    out_of_hours: doc(
      z.strictObject({
        at_once: doc(cel, 'Outside its hours a message is sent at once all the same where this holds.', 'is.urgent'),
        also: doc(ref.optional(), 'A message that is sent at once then goes to this role as well.', 'on_call_engineer'),
        clauses,
      }),
      'What does not wait for its hours.',
      { at_once: "ticket.priority in ['P1', 'P2']", also: 'on_call_engineer' },
    ).optional(),
    point_of: doc(ref.optional(), 'Another way to reach this role, for a purpose of its own.', 'support_manager'),
    unconfirmed: doc(
      z.boolean().default(false),
      'The procedure gives this way and another one: the organisation confirms one of them.',
      true,
    ),
    also_called: doc(z.array(z.string().min(1)).default([]), 'Other titles that the procedure uses for it.', [
      'Head of help desk',
    ]),
    note: doc(z.string().optional(), 'What else whoever turns to it must know.', 'Through the vendor portal'),
    reports_to: doc(ref.optional(), 'The role above it in the organisation.', 'director'),
    headcount: doc(
      z
        .strictObject({
          now: doc(z.number().int().nonnegative().optional(), 'People there are.', 6),
          min: doc(z.number().int().nonnegative().optional(), 'At least so many are planned.', 6),
          max: doc(z.number().int().nonnegative().optional(), 'At most so many are planned.', 10),
          clauses,
        })
        .refine((item) => (item.min ?? 0) <= (item.max ?? Infinity), 'must have min at or below max'),
      'How many people hold it.',
      { now: 6, min: 6, max: 10 },
    ).optional(),
    ratio: doc(
      z.strictObject({
        of: doc(z.string(), 'What is counted: a series.', 'active_customers'),
        min: doc(z.number().positive(), 'One person for at least so many.', 10),
        max: doc(z.number().positive(), 'One person for at most so many.', 20),
        clauses,
      }),
      'How many people there should be for what they serve: one for each so many.',
      { of: 'active_customers', min: 100, max: 100 },
    ).optional(),
    skills: doc(z.array(z.string().min(1)).default([]), 'What whoever holds it can do.', ['api', 'integrations']),
    clauses,
  }),
  'A role and how to reach it. An action names a role, the receipt names the person.',
  { email: 'oncall@example.com', page: 'engineering-team', rota: 'engineering', fallback: 'cto' },
);

export const rota = doc(
  z.strictObject({
    zone: doc(z.string(), 'The IANA time zone of the handover.', 'America/New_York'),
    start: doc(z.string(), 'A date in the week of the first person.', '2026-01-05'),
    until: doc(
      z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date YYYY-MM-DD')
        .optional(),
      'The date from which nobody is planned any more.',
      '2027-01-04',
    ),
    handover: doc(
      z.strictObject({ day: doc(weekday, 'The day.', 'mon'), time: doc(time, 'The wall time.', '09:00') }),
      'When the next person takes over, each week.',
      {
        day: 'mon',
        time: '09:00',
      },
    ),
    people: doc(
      z.array(z.strictObject({ name: doc(z.string(), 'Who.', 'Ada'), ...contact })).min(1),
      'Who is on call, a week each, in turn.',
      [{ name: 'Ada', email: 'ada@example.com' }],
    ),
    clauses,
  }),
  'A weekly rotation in wall time of its zone.',
  {
    zone: 'America/New_York',
    start: '2026-01-05',
    handover: { day: 'mon', time: '09:00' },
    people: [{ name: 'Ada', email: 'ada@example.com' }],
  },
);

const need = z.enum(['required', 'optional']).optional();
/** The keys of a field of which each has one: its type. */
export const FIELD_TYPES = ['text', 'number', 'bool', 'enum', 'set', 'list', 'date', 'person', 'money', 'any'] as const;

export const field = doc(
  z
    .strictObject({
      text: doc(need, 'A text.', 'required'),
      number: doc(z.string().optional(), 'A number, and what it counts.', 'percent'),
      bool: doc(need, 'True or false.', 'optional'),
      date: doc(need, 'A date.', 'optional'),
      person: doc(need, 'A person or role.', 'optional'),
      money: doc(need, 'An amount { value, currency }.', 'optional'),
      enum: doc(z.array(json).min(1).optional(), 'One of these values.', [1, 2, 3]),
      set: doc(z.array(json).min(1).optional(), 'Any of these values, each at most once.', ['outage', 'data_loss']),
      list: doc(z.string().optional(), 'A list, and of what.', 'customer'),
      any: doc(z.literal(true).optional(), 'Anything.', true),
      visible: doc(z.string().default('staff'), 'Who may read it: all, staff, or a group.', 'all'),
      default: doc(value.optional(), 'What it holds before anybody sets it.', 'under investigation'),
      tag: doc(
        z.string().optional(),
        'A tag that follows the value, one at a time; {value} stands for it.',
        'risk-level-{value}',
      ),
      personal: doc(z.boolean().default(false), 'Personal data: blanked when a person is erased.', true),
      clauses,
    })
    .refine(
      (item) => FIELD_TYPES.filter((type) => item[type] !== undefined).length === 1,
      `must have exactly one type of ${FIELD_TYPES.join(', ')}`,
    ),
  "The ticket's own vocabulary. A template for customers cannot read a staff field.",
  { text: 'required', visible: 'all' },
);

export const words = doc(
  z.strictObject({
    list: doc(z.array(z.string().min(1)).min(1), 'The words.', ['outage', 'down']),
    match: doc(
      z.enum(['substring', 'word', 'prefix']).default('substring'),
      'Where they count: anywhere, as whole words, or at the beginning of one.',
      'word',
    ),
    fold: doc(
      z
        .array(z.enum(['form', 'case', 'apostrophe', 'space', 'accent']))
        .default(['form', 'case', 'apostrophe', 'space']),
      'What makes no difference: the written form of a character (full width, ligatures), case, the kind of apostrophe, runs of white space, accents.',
      ['case'],
    ),
    clauses,
  }),
  'A keyword list for hits(list, text).',
  { match: 'word', list: ['outage', 'down'] },
);

export const queue = doc(
  z.strictObject({
    title: doc(z.string().min(1), 'What people call it.', 'Technical Support Queue'),
    aliases: doc(z.array(z.string()).default([]), 'Other names for it; a command may use any of them.', ['API team']),
    parent: doc(ref.optional(), 'The queue it is a part of.', 'technical'),
    clauses,
  }),
  'A waiting list of tickets. A pack that declares queues knows no others.',
  { title: 'API Issues', parent: 'technical' },
);

export const table = doc(
  z.strictObject({
    kind: kinds,
    sets: doc(
      name.optional(),
      'The field it sets. It runs again when what it reads changes; a value set by hand stays until released.',
      'priority',
    ),
    while: doc(
      cel.optional(),
      'It decides only as long as this holds; afterwards the field stays as it was, for rules and levels to set.',
      '!path.technical.entered',
    ),
    hit: doc(
      z.enum(['first', 'all', 'highest']).default('first'),
      'Which rows count: the first that holds, all (a set), or the highest number.',
      'first',
    ),
    keys: doc(z.array(z.string()).default([]), 'Names of the keys of a table that is looked up.', ['plan']),
    rows: doc(
      z.union([
        z.array(
          z.strictObject({
            when: doc(cel.optional(), 'The row holds where this does; without it, always.', "'outage' in ticket.flags"),
            then: doc(value, 'Its answer.', 'P1'),
            clauses,
          }),
        ),
        z.record(z.string(), json),
      ]),
      'Rows of when and then; of a table with keys, the answers by key.',
      [{ when: "'outage' in ticket.flags", then: 'P1' }],
    ),
    clauses,
  }),
  'A decision table: rows of when and then, or answers by key, read with table(name, keys…).',
  { keys: ['plan'], rows: { starter: { response: 'PT8H' }, enterprise: { response: 'PT1H' } } },
);

export const condition = doc(
  z.union([
    z.string().min(1),
    z.strictObject({
      is: doc(z.string().min(1), 'The condition, where clauses stand beside it.', 'ticket.vip'),
      clauses,
    }),
  ]),
  'A state of affairs, read as is.<name>; its edges are the events began(name) and ended(name). May read neither the clock nor the event.',
  "ticket.priority == 'P1' && ticket.status != 'closed'",
);

export const fact = doc(
  z
    .strictObject({
      model: doc(z.string().optional(), 'The model that answers.', 'intent'),
      embedded: doc(
        z.boolean().default(false),
        'Answered by the pack’s own classifier, which costs nothing, even where a model is configured.',
        true,
      ),
      tickets: doc(
        cel.optional(),
        'A query over tickets: which "other" counts. Reads other.<field>, other.closed, other.resolved and ticket.<field>; asked when the ticket opens.',
        'other.issue_key == ticket.issue_key',
      ),
      port: doc(z.string().optional(), 'The port that answers.', 'exchange_rates'),
      values: doc(z.array(z.string()).default([]), 'The answers that count; any other is none.', ['CLEAR', 'UNCLEAR']),
      score: doc(z.tuple([z.number(), z.number()]).optional(), 'The range of the score.', [0, 10]),
      below: doc(z.record(z.string(), z.string()).optional(), 'Below this score the answer is that value.', {
        '6': 'UNCLEAR',
      }),
      reads: doc(z.array(z.string()).default([]), 'What the model is given.', ['message.body']),
      count: doc(
        z.string().optional(),
        'What a query counts: "tickets" that match, or "distinct" and a name: values of that name, the ticket’s own included.',
        'distinct customer.id',
      ),
      window: doc(
        duration.optional(),
        'How far back a query looks: tickets opened within this time before it is asked.',
        'P30D',
      ),
      kind: doc(kinds, 'The kinds of ticket that ask it.', 'support'),
      among: doc(kinds, 'The kinds of ticket that a query counts.', 'support'),
      watch: doc(
        z.boolean().default(false),
        'It is asked again whenever what it reads changes, on this ticket or on another.',
        true,
      ),
      deadline: doc(duration.default('PT5M'), 'After it the fact has no value.', 'PT30S'),
      clauses,
    })
    .refine(
      (item) => [item.model, item.tickets, item.port].filter((one) => one !== undefined).length === 1,
      'must have exactly one of model, tickets, port',
    )
    .refine(
      (item) => item.count === undefined || /^(tickets|distinct [a-z][a-z0-9_.]*)$/.test(item.count),
      'count must be "tickets", or "distinct" and a name such as customer.email',
    ),
  'A question to the outside, answered by a model, a query over tickets or a port, and recorded.',
  { tickets: 'other.issue_key == ticket.issue_key', count: 'distinct customer.id', watch: true },
);
