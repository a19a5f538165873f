/** What rules do: one-key maps, with the clauses and the condition of a single action beside the key. */
import { z } from 'zod';
import { cel, channels, clauses, doc, duration, json, name, ref, names, positiveDuration, value } from './common';

const delivery = z.strictObject({
  to: doc(
    value.optional(),
    'A role, group, audience, e-mail address, a field that lists recipients, or a list of these; "customer" is who asked.',
    'engineering',
  ),
  via: doc(channels.optional(), 'Channels. Left out: e-mail, and for a page the paging service.', ['email', 'slack']),
  template: doc(z.string().optional(), 'The template that words it.', 'p1_internal'),
  cc: doc(value.optional(), 'Who gets a copy of the mail, in place of those its template names; [] for nobody.', [
    'support_manager',
  ]),
  by: doc(
    z.union([duration, z.array(duration)]).optional(),
    'Deadlines after the event for a receipt; each that passes without one is undelivered(name).',
    ['PT5M', 'PT15M'],
  ),
  once: doc(z.literal('ticket').optional(), 'At most once a ticket to the same recipient.', 'ticket'),
  name: doc(name.optional(), 'The name its receipt has in events and conditions.', 'page_on_call'),
  delay: doc(
    positiveDuration.optional(),
    'It is sent this long after the event, unless the ticket is resolved before; its deadlines count from then.',
    'PT2M',
  ),
  all: doc(
    z.boolean().optional(),
    'Over several channels: it is delivered(name) only when every one has a receipt; left out, the first is enough.',
    true,
  ),
  path: doc(ref.optional(), 'Page along this escalation path from its first level.', 'on_call'),
  state: doc(value.optional(), 'The state of the status page.', 'investigating'),
  for: doc(value.optional(), 'For a draft: the role that sends it.', 'incident_commander'),
  mention: doc(z.string().optional(), 'Whom a Slack message calls out.', 'here'),
  worth: doc(duration.optional(), 'Not worth sending any more when later than this.', 'PT30M'),
  if_late: doc(
    z.enum(['send', 'latest-only', 'drop']).default('send'),
    'What becomes of it after an outage of ours.',
    'latest-only',
  ),
});

const target = {
  path: doc(z.string(), 'The escalation path, or a computed name.', 'management'),
  to: doc(value.default('next'), 'A level: "next", its number, or roles that stand on it.', 'next'),
  reason: doc(value.optional(), 'The reason recorded with it.', 'sla_breach'),
};

/** Each action's own shape. */
export const actionShapes = {
  set: doc(z.record(z.string(), value), 'Set fields of the ticket.', { risk_level: 2 }),
  tag: doc(names, 'Put tags on the ticket.', 'incident'),
  untag: doc(names, 'Take tags off.', 'incident'),
  note: doc(value, 'Write a note into the timeline.', 'Handed to the specialists'),
  assign: doc(
    z.record(z.string(), value),
    'Set owner, queue or tier. A ticket that nobody had yet is assigned from then on; {} where tables have decided already.',
    { queue: 'billing' },
  ),
  notify: doc(delivery, 'Tell staff.', { to: 'engineering', via: ['email', 'slack'], template: 'p1_internal' }),
  page: doc(delivery, 'Wake somebody, or page along a path.', { path: 'on_call', template: 'p1_page' }),
  send: doc(delivery, 'Write to customers.', { to: 'customer', template: 'reply' }),
  status_page: doc(delivery, 'Change the public status page.', { state: 'investigating', by: 'PT5M' }),
  draft: doc(delivery, 'Prepare a message for a person to send; nothing leaves by itself.', {
    template: 'p1_update',
    to: 'customer',
    for: 'incident_commander',
  }),
  escalate: doc(
    z.strictObject({
      ...target,
      template: doc(z.string().optional(), 'Words in place of those of the path.', 'p1_page'),
      via: doc(channels.optional(), 'Channels in place of those of the path.', ['page', 'email']),
    }),
    'Move responsibility up a path.',
    { path: 'management', to: 'next', reason: 'sla_breach' },
  ),
  deescalate: doc(z.strictObject(target), 'Hand back to a lower level.', {
    path: 'technical',
    to: 1,
    reason: 'premature',
  }),
  ask: doc(names, 'Ask facts of the outside.', ['intent']),
  open_task: doc(
    z.strictObject({
      template: doc(ref, 'The name of the task.', 'coaching'),
      for: doc(value.optional(), 'Who answers it, in place of whom the task names.', 'manager'),
    }),
    'Open a task.',
    { template: 'coaching', for: 'manager' },
  ),
  open_ticket: doc(
    z.strictObject({
      kind: doc(ref, 'The kind of ticket.', 'risk_cluster'),
      key: doc(value.optional(), 'One open ticket for each kind and key.', '=ticket.issue_key'),
      fields: doc(z.record(z.string(), value).default({}), 'What it is opened with.', { risk_level: 3 }),
      subject: doc(value.optional(), 'Its subject; that of this ticket when left out.', 'Check the backups'),
      link: doc(name.optional(), 'What the ticket opened is to this one: they are linked.', 'lead'),
    }),
    'Open a ticket of a kind, one for each key: where one is open already, its fields are set instead.',
    { kind: 'risk_cluster', key: '=ticket.issue_key', link: 'lead' },
  ),
  link: doc(
    z.strictObject({
      to: doc(value, 'The other ticket, or a list of them.', '=fact.same_issue.members'),
      kind: doc(
        name.default('related'),
        'What it is to this one; there the inverse is noted (lead and member, parent and child, original and duplicate, follows and follow_up).',
        'member',
      ),
    }),
    'Link tickets, on both sides. A link to a lead sets ticket.lead here and ticket.members there.',
    { to: '=fact.same_issue.members', kind: 'member' },
  ),
  tell: doc(
    z.strictObject({
      to: doc(value, 'The other ticket, or a list of them.', '=ticket.members'),
      event: doc(name, 'The name of what is told: there it is the event told(name).', 'lead_resolved'),
      with: doc(z.record(z.string(), value).default({}), 'What goes with it, read there as event.<name>.', {
        resolution: '=ticket.resolution',
      }),
    }),
    'Tell other tickets something. One that has ended is not told; that is no error.',
    { to: '=ticket.members', event: 'lead_resolved', with: { resolution: '=ticket.resolution' } },
  ),
  clocks: doc(value, 'Restart or stop clocks by name; a path that is stopped tells no further level.', {
    restart: ['pick_up'],
  }),
  restrict: doc(
    z.strictObject({ to: doc(names, 'Roles.', ['security_team']) }),
    'Only these roles see the ticket from now on.',
    {
      to: ['security_team'],
    },
  ),
  call: doc(
    z.strictObject({
      to: doc(names, 'Whom.', 'cio'),
      name: doc(name, 'The name of the task.', 'cio_call'),
    }),
    'A task to ring somebody; its answer is the receipt.',
    {
      to: 'cio',
      name: 'cio_call',
    },
  ),
  command: doc(z.string(), 'Give a lifecycle command in the name of Tocsin.', 'close'),
} as const;

/** The verbs of an action, of which each has exactly one. */
export const ACTION_VERBS = Object.keys(actionShapes) as (keyof typeof actionShapes)[];

type Optional = { [K in keyof typeof actionShapes]: z.ZodOptional<(typeof actionShapes)[K]> };
const optional = Object.fromEntries(
  Object.entries(actionShapes).map(([key, shape]) => [key, shape.optional()]),
) as unknown as Optional;

/** One action. */
export const action = z
  .strictObject({
    ...optional,
    when: doc(cel.optional(), 'This action only where this holds.', "ticket.customer.plan == 'enterprise'"),
    clauses,
    reason: doc(json.optional(), 'Beside "command": the reason recorded with it.', 'auto_close'),
  })
  .refine(
    (item) => ACTION_VERBS.filter((verb) => item[verb] !== undefined).length === 1,
    `must have exactly one of ${ACTION_VERBS.join(', ')}`,
  );
export type ActionSource = z.infer<typeof action>;
export type DeliverySource = z.infer<typeof delivery>;
