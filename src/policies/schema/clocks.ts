/** Constructs that act: commitments, tasks, paths, rules, guards. */
import { z } from 'zod';
import { action } from './actions';
import {
  AMOUNT_TEXT,
  amount,
  cel,
  channel,
  clauses,
  clockFields,
  doc,
  duration,
  inShadow,
  kinds,
  name,
  ref,
  names,
  patterns,
  phases,
  positiveDuration,
  value,
} from './common';

export const commitment = doc(
  z
    .strictObject({
      kind: kinds,
      title: doc(z.string().optional(), 'The words people use for it.', 'First response'),
      from: doc(patterns, 'The anchor: the latest such event.', 'opened'),
      due: doc(amount.optional(), `When it must be met, after the anchor: ${AMOUNT_TEXT}.`, 'PT1H'),
      cadence: doc(phases.optional(), "In place of due: a series of ticks on the anchor's grid, in phases.", [
        { until: 'PT1H', every: 'PT30M' },
        { every: 'PT1H' },
      ]),
      early: doc(duration.default('PT0S'), 'How long before a tick an event counts for it.', 'PT5M'),
      grace: doc(
        amount.optional(),
        'How long after the due instant it is only late: the event due(name) comes at once, breached(name) after it.',
        'PT15M',
      ),
      met: doc(
        patterns.optional(),
        'What fulfils it. A cadence without it is a plain series of ticks, each the event due(name).',
        'agent_reply',
      ),
      met_when: doc(cel.optional(), 'It is fulfilled only where this holds.', "event.by.kind == 'person'"),
      again: doc(
        z
          .string()
          .regex(/^\d+%$/, 'must be a share of the amount, such as 100%')
          .optional(),
        'After the breach the event again(name), each further share of the amount, until it is met.',
        '100%',
      ),
      group: doc(
        name.optional(),
        'Members of a group share warnings, each is kept or missed by itself: at any time the one that is due first warns.',
        'pick_up',
      ),
      ...clockFields,
      clauses,
    })
    .refine((item) => (item.due === undefined) !== (item.cadence === undefined), 'must have either due or cadence')
    .refine((item) => item.due === undefined || item.met !== undefined, 'must say what fulfils it: met')
    .refine((item) => item.grace === undefined || item.due !== undefined, 'grace belongs to a commitment with "due"'),
  'A promise with a result: met or breached.',
  { from: 'opened', due: 'PT1H', met: 'agent_reply', marks: ['75%'] },
);

export const task = doc(
  z
    .strictObject({
      kind: kinds,
      title: doc(z.string().optional(), 'The words people use for it.', 'Name a commander'),
      opens: doc(patterns.optional(), 'The events that open it; without any, only an action does.', 'began(p1)'),
      when: doc(cel.optional(), 'It is opened only where this holds.', "ticket.priority == 'P3'"),
      closes: doc(
        patterns.optional(),
        'Events that answer it, with what it asks for where they say it.',
        'message_sent(executive)',
      ),
      closes_when: doc(cel.optional(), 'Such an event answers it only where this holds.', 'has(event.eta)'),
      for: doc(value, 'Who must answer: a role, a list, or computed.', 'support_manager'),
      choices: doc(value.optional(), 'The answers of which one is chosen. [approve, reject] is an approval.', [
        'approve',
        'reject',
      ]),
      ask: doc(
        z.record(z.string(), z.string().min(1)).default({}),
        'What the answer holds beside the choice: a type (text, url, number, date, person, list, any) that must be given, "optional", or the condition under which it must be.',
        { link: 'url', reason: "choice == 'reject'" },
      ),
      sets: doc(z.array(z.string()).default([]), 'Ticket fields that the answer must hold and sets.', ['commander']),
      prefill: doc(
        z.string().startsWith('=', 'must be computed (=…)').optional(),
        'What the form shows beforehand.',
        '=commitment.resolution.due',
      ),
      draft: doc(
        z.string().optional(),
        'A template whose text the form begins with; what it reads is kept when the task opens.',
        'rca',
      ),
      lapses: doc(
        z.boolean().default(false),
        'An unanswered one ends, recorded as unanswered, when the next opens.',
        true,
      ),
      remind: doc(positiveDuration.optional(), 'Reminded this often while it is open.', 'P1D'),
      due: doc(amount.optional(), `When it must be answered: ${AMOUNT_TEXT}.`, 'PT1H'),
      after: doc(amount.optional(), 'The same as due.', 'PT30M'),
      in_shadow: inShadow,
      ...clockFields,
      clauses,
    })
    .refine((item) => item.due === undefined || item.after === undefined, 'must have only one of due and after'),
  'Something a named role must answer: a checklist item, an approval, a prompt, a survey, a deliverable.',
  { opens: 'began(p1)', for: 'support_manager', sets: ['commander'], marks: ['PT15M'], due: 'PT1H' },
);

export const path = doc(
  z.strictObject({
    kind: doc(
      z.enum(['functional', 'hierarchical']).default('hierarchical'),
      'To a more skilled tier, or up the management path.',
      'functional',
    ),
    start: doc(
      value.optional(),
      'The level a ticket stands on before it was ever moved on the path; none when left out.',
      '=ticket.tier',
    ),
    levels: doc(
      z
        .array(
          z.strictObject({
            to: doc(names, 'Who stands on it.', 'on_call_engineer'),
            ack: doc(positiveDuration.optional(), 'How long an acknowledgement is waited for.', 'PT5M'),
            repeat: doc(
              z.number().int().nonnegative().default(0),
              'How often it is told again, each after ack, before the next level.',
              2,
            ),
            sets: doc(z.record(z.string(), value).default({}), 'Fields that standing on it sets.', { tier: 2 }),
            title: doc(z.string().optional(), 'The words people use for it.', 'Senior support'),
          }),
        )
        .min(1),
      'The levels, in order.',
      [{ to: 'on_call_engineer', ack: 'PT5M', repeat: 2 }],
    ),
    catch_all: doc(ref.optional(), 'Who is told when the last level does not acknowledge.', 'cto'),
    via: doc(
      z.union([channel, z.array(channel)]).default(['page']),
      'The channels a level is told by; [] where the path tells nobody and rules do.',
      ['page', 'email'],
    ),
    template: doc(z.string().optional(), 'The words it is told with.', 'escalated'),
    status: doc(z.string().optional(), 'The status a ticket gets when it enters the path.', 'escalated'),
    visible: doc(
      z.enum(['all', 'staff']).default('all'),
      'Who may read this status: where it is the staff only, the customer reads that the ticket is being worked on.',
      'staff',
    ),
    clauses,
  }),
  'Ordered levels. One that nobody acknowledges in time, or nobody can receive, leads to the next, then to the catch-all.',
  {
    levels: [
      { to: 'on_call_engineer', ack: 'PT5M', repeat: 2 },
      { to: 'support_manager', ack: 'PT10M' },
    ],
    catch_all: 'cto',
  },
);

export const rule = doc(
  z
    .strictObject({
      kind: kinds,
      on: doc(patterns, 'The events it reacts to.', 'breached(first_response)'),
      when: doc(cel.optional(), 'It reacts only where this holds, just after the event.', "ticket.priority == 'P1'"),
      once: doc(z.literal('ticket').optional(), 'At most once a ticket.', 'ticket'),
      after: doc(amount.optional(), `With it the rule owns a clock and acts when that is due: ${AMOUNT_TEXT}.`, 'PT4H'),
      in_order: doc(
        z.boolean().default(false),
        'Each delivery starts after the receipt of the one before, or when its "by" has passed.',
        true,
      ),
      do: doc(z.array(action).min(1), 'What it does, in this order.', [{ tag: 'incident' }]),
      in_shadow: inShadow,
      ...clockFields,
      clauses,
    })
    .refine(
      (item) => item.after !== undefined || [item.while, item.pause, item.calendar].every((one) => one === undefined),
      'has no clock: while, pause and calendar belong to a rule with "after"',
    )
    .refine((item) => item.marks.length === 0, 'cannot have marks: a rule warns of nothing'),
  'A reaction to events.',
  { on: 'opened', after: 'PT4H', while: 'is.p1', do: [{ escalate: { path: 'management', to: 'next' } }] },
);

export const guard = doc(
  z
    .strictObject({
      kind: kinds,
      command: doc(z.string(), 'The command it guards.', 'resolve'),
      when: doc(cel.optional(), 'It is asked only where this holds.', "ticket.priority == 'P1'"),
      needs: doc(z.array(z.string()).default([]), 'Names that must have a value, and tasks that must be answered.', [
        'ticket.resolution',
        'task.verified',
      ]),
      refuse: doc(cel.optional(), 'The command is refused where this holds, or cannot be told.', '!has(event.to)'),
      say: doc(
        z.string().min(1).optional(),
        'The words of the refusal; its name when left out.',
        'A resolution text is needed',
      ),
      offer: doc(
        z.string().optional(),
        'What the refusal offers in its place: words, or draft(template) with what the template reads.',
        'draft(expectations)',
      ),
      override: doc(
        z.strictObject({
          by: doc(z.array(z.string()).min(1), 'Roles that may pass with a reason.', ['director']),
          flag: doc(z.string().optional(), 'How the passing is recorded.', 'within_tier_capability'),
        }),
        'Who may pass, with a reason that is recorded.',
        { by: ['director'] },
      ).optional(),
      journal: doc(
        z.boolean().default(false),
        'An attempt that it refuses is noted on the ticket, in the name of who made it.',
        true,
      ),
      clauses,
    })
    .refine((item) => item.needs.length > 0 || item.refuse !== undefined, 'must have needs or refuse'),
  'What refuses a command. All guards of a command are tried; the refusal lists every failing one.',
  { command: 'resolve', needs: ['ticket.resolution'], say: 'A resolution text is needed' },
);

export const reason = doc(
  z
    .strictObject({
      title: doc(z.string(), 'The words people use for it.', 'Needs a change of code'),
      move: doc(z.enum(['escalate', 'deescalate']).default('escalate'), 'The move it is given for.', 'deescalate'),
      group: doc(name.optional(), 'What it is counted under.', 'requires_engineering'),
      path: doc(ref.optional(), 'The path an escalation takes that names none.', 'technical'),
      to: doc(value.optional(), 'The level it goes to when the command names none; "next" when left out.', 3),
      immediate: doc(
        z.boolean().default(false),
        'A matter that waits for nobody: guards read it as event.immediate.',
        true,
      ),
      refused: doc(
        z.string().min(1).optional(),
        'It is no reason; this is the advice in its place.',
        'Explain the delay',
      ),
      offer: doc(z.string().optional(), 'What is offered with the refusal.', 'draft(expectations)'),
      needs: doc(z.array(z.string()).default([]), 'Fields that the command must hold.', ['customer_words']),
      status: doc(z.string().optional(), 'The status that a de-escalated ticket gets.', 'pending'),
      clauses,
    })
    .refine((item) => item.offer === undefined || item.refused !== undefined, 'an offer belongs to what is refused')
    .refine((item) => item.to === undefined || item.path !== undefined, 'a level needs its path'),
  'Why a ticket is moved. A pack that declares reasons takes no other from people; each move records title and group.',
  { title: 'Needs a change of code', group: 'requires_engineering', path: 'technical', to: 3 },
);
