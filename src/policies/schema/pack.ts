/** The language as a whole. The language reference and the JSON Schema are generated from here. */
import { z } from 'zod';
import { assistant } from './assistant';
import { commitment, guard, path, reason, rule, task } from './clocks';
import { clauses, doc, json, name, ref, value } from './common';
import { metric } from './metrics';
import { flow, kind, rollout, schedule } from './outlook';
import { report } from './reporting';
import { uses } from './uses';
import { channelOf, reply, wayIn } from './channels';
import { checklist } from './checklists';
import { voice } from './voices';
import { calendar, condition, fact, field, queue, role, rota, table, words } from './vocabulary';

const map = <T extends z.ZodType>(item: T) => z.record(name, item).default({});

const version = doc(
  z.strictObject({
    id: doc(z.string(), 'Its number.', '1.0'),
    from: doc(
      z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date YYYY-MM-DD'),
      'The date from which it applies.',
      '2026-12-01',
    ),
    approved_by: doc(z.array(z.string()).default([]), 'Roles that must approve it.', ['director']),
    changes: doc(z.string().default(''), 'What is new.', 'First version'),
    owners: doc(z.array(z.string()).optional(), 'Roles that keep it.', ['operations_manager']),
    next_review: doc(z.string().optional(), 'The date of its next review.', '2027-12-01'),
    clauses,
  }),
  'The version: active once each of approved_by has approved it.',
  { id: '1.0', from: '2026-12-01', approved_by: ['director'], changes: 'First version' },
);

/** How a clause is met that no rule carries. */
const clauseNote = doc(
  z.strictObject({
    kind: doc(
      z.enum(['checklist', 'record', 'report', 'integration', 'data', 'template', 'ui']),
      'What carries it.',
      'integration',
    ),
    note: doc(z.string().min(1), 'How.', 'The widget maps its fields at intake.'),
  }),
  'A clause that is carried by something else than a rule.',
  { kind: 'integration', note: 'The widget maps its fields at intake.' },
);

/** A pack: the source of all its files together. */
export const pack = z.strictObject({
  pack: doc(name, 'The id of the pack.', 'help_desk'),
  title: doc(z.string().optional(), 'What people call it.', 'Help desk'),
  procedures: doc(z.array(z.string()).default([]), 'Prefixes of the clause ids that it implements.', [
    'SEC-ESC',
    'SEC-HD',
  ]),
  version,
  clause_prefix: doc(
    z
      .string()
      .regex(/^[A-Z][A-Z0-9-]*-$/, 'must end in a dash: SEC-')
      .optional(),
    'Put before clause ids that do not begin with it.',
    'SEC-',
  ),
  rollout: rollout.optional(),
  uses: uses.optional(),
  zone: doc(z.string().default('UTC'), 'The time zone in which messages show times.', 'America/New_York'),
  catch_all: doc(ref.optional(), 'The role told when nobody else can be.', 'ceo'),
  clauses: doc(z.record(z.string(), clauseNote).default({}), 'Clauses carried by something else than a rule, by id.', {
    'SEC-HD-039': { kind: 'ui', note: 'The widget offers them in this order.' },
  }),
  params: doc(
    map(json),
    'Numbers, texts, and named variants of which "use" names the one in force; read as param.<name>.',
    { p1_cadence: { use: 'protocol', protocol: [{ until: 'PT1H', every: 'PT30M' }, { every: 'PT1H' }] } },
  ),
  holidays: doc(map(z.array(z.string())), 'Named lists of dates.', { us_2026: ['2026-12-25'] }),
  calendars: map(calendar),
  people: map(role),
  rotas: map(rota),
  fields: map(field),
  words: map(words),
  queues: map(queue),
  tables: map(table),
  conditions: map(condition),
  facts: map(fact),
  commitments: map(commitment),
  tasks: map(task),
  paths: map(path),
  reasons: map(reason),
  voices: map(voice),
  checklists: map(checklist),
  flows: map(flow),
  rules: map(rule),
  guards: map(guard),
  schedules: map(schedule),
  kinds: map(kind),
  metrics: map(metric),
  assistants: map(assistant),
  reports: map(report),
  channels: map(channelOf),
  intake: map(wayIn),
  replies: map(reply),
});
export type PackSource = z.infer<typeof pack>;

/** `address@host` or `Name <address@host>`, on one line. */
const MAILBOX = /^(?:[^\s<>@,;"]+@[^\s<>@,;"]+|[^<>@"\r\n]+ <[^\s<>@,;"]+@[^\s<>@,;"]+>)$/;

/** The head of a template file, between two lines of `---`. */
export const templateHead = doc(
  z.strictObject({
    clauses,
    audience: doc(z.enum(['customer', 'staff', 'public']).default('staff'), 'Who reads it.', 'customer'),
    needs: doc(z.array(z.string().min(1)).default([]), 'Names without which nothing is sent, in CEL.', [
      'ticket.summary',
      'event.text',
    ]),
    let: doc(z.record(name, value).default({}), 'Names of the text that are computed when the message is made.', {
      team: "=table('team', ticket.tier)",
    }),
    cc: doc(value.optional(), 'Who gets a copy of the mail: roles, addresses, or computed.', ['support_manager']),
    importance: doc(
      value.optional(),
      'How a mail is marked: high, normal or low, or computed.',
      "=ticket.priority == 'P1' ? 'high' : 'normal'",
    ),
    from: doc(
      z.string().regex(MAILBOX, 'must be an address or "Name <address>"').optional(),
      'In whose name the mail is sent; the address of the installation (TOCSIN_MAIL_FROM) when left out.',
      'Support <support@example.com>',
    ),
    priority: doc(
      value.optional(),
      'What the header Priority of the mail says, in place of the word of its importance.',
      '=ticket.priority',
    ),
    subject: doc(z.string().optional(), 'The subject, in Liquid.', '{{ ticket.number }}: update'),
  }),
  'A message in Liquid; the lines between --- at its top are its head.',
  { audience: 'customer', needs: ['ticket.summary'], subject: '{{ ticket.number }}: update', clauses: ['SEC-ESC-063'] },
);
export type TemplateHead = z.infer<typeof templateHead>;

/** Constructs that hold named items; several files may add to each. */
export const ITEM_CONSTRUCTS = [
  'clauses',
  'params',
  'holidays',
  'calendars',
  'people',
  'rotas',
  'fields',
  'words',
  'queues',
  'tables',
  'conditions',
  'facts',
  'commitments',
  'tasks',
  'paths',
  'reasons',
  'voices',
  'checklists',
  'flows',
  'rules',
  'guards',
  'schedules',
  'kinds',
  'metrics',
  'assistants',
  'reports',
  'channels',
  'intake',
  'replies',
] as const satisfies readonly (keyof PackSource)[];
export type ItemConstruct = (typeof ITEM_CONSTRUCTS)[number];
