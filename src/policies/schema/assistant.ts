/** Assistants: the dialogue that stands before people, as data. */
import { z } from 'zod';
import { cel, clauses, doc, json, name, positiveDuration } from './common';

const text = z.string().min(1);
const TEXT = 'parts between {{ and }} are computed';
const set = doc(z.record(name, json).default({}), 'Details that are kept by it, written or computed.', {
  issue: 'Video upload',
});

const read = {
  field: doc(name, 'The detail.', 'size_mb'),
  as: doc(z.enum(['text', 'number']).default('text'), 'The whole message, or its first number.', 'number'),
  units: doc(
    z.record(z.string(), z.number().positive()).default({}),
    'For a number: the factor of each unit, in lower case.',
    { mb: 1, gb: 1024 },
  ),
  pattern: doc(
    z.string().optional(),
    'The message counts only where this pattern fits; its first group is the value.',
    '(\\S+@\\S+)',
  ),
};

const step = doc(
  z.strictObject({
    search: doc(text.optional(), 'Look in the knowledge base first; written or computed (=…).', '=message.text'),
    account: doc(text.optional(), 'Ask for this of the customer’s account first, dotted.', 'usage.analyses_this_month'),
    open_ticket: doc(z.literal(true).optional(), 'Open the ticket first.', true),
    ticket_status: doc(z.literal(true).optional(), "Look up the customer's own tickets first.", true),
    set,
    say: doc(text.optional(), `What is said: ${TEXT}.`, 'The maximum is {{ param.limit }} MB. How large is yours?'),
    reads: doc(z.array(z.strictObject(read)).default([]), 'What the next message fills; the step waits for it.', [
      { field: 'size_mb', as: 'number', units: { mb: 1, gb: 1024 } },
    ]),
    options: doc(
      z
        .array(
          z.strictObject({
            key: doc(z.coerce.string(), 'What the customer types for it.', 'A'),
            words: doc(z.array(z.string()).default([]), 'Words that choose it as well.', ['ticket']),
            go: doc(z.string(), 'The step it leads to.', 'open'),
          }),
        )
        .default([]),
      'Choices; the step waits for one.',
      [{ key: 'A', words: ['ticket'], go: 'open' }],
    ),
    next: doc(
      z
        .array(
          z.strictObject({
            when: doc(cel.optional(), 'The row counts where this holds.', 'collected.size_mb > 500'),
            go: doc(z.string(), 'A step, handoff, or handoff:TRIGGER.', 'too_large'),
          }),
        )
        .default([]),
      'The way on: the first row that holds.',
      [{ when: 'collected.size_mb > 500', go: 'too_large' }, { go: 'other_causes' }],
    ),
    clauses,
  }),
  'A step of a script: ask the outside, keep, say, wait, go on.',
  { say: 'How large is your file?', reads: [{ field: 'size_mb', as: 'number' }], next: [{ go: 'other_causes' }] },
);

const intent = doc(
  z.strictObject({
    when: doc(cel, 'The message has this intent where it holds.', "hits('upload_trouble', message.text)"),
    interrupts: doc(z.boolean().default(false), 'Also in the middle of a script.', true),
    set,
    go: doc(z.string(), 'The step it leads to.', 'ask_error'),
    clauses,
  }),
  'What customers want; the first that holds is taken.',
  { when: "hits('upload_trouble', message.text)", go: 'ask_error' },
);

const trigger = doc(
  z.strictObject({
    when: doc(cel.optional(), 'The message hands over where this holds.', "hits('asks_human', message.text)"),
    queue: doc(z.string().optional(), 'The queue of its tickets; absent: the rules decide.', 'billing'),
    tags: doc(z.array(z.string()).default([]), 'Tags of its tickets.', ['frustrated']),
    insists: doc(z.boolean().default(false), 'Said again while details are collected, the rest is skipped.', true),
    set,
    say: doc(text.optional(), `What is said first: ${TEXT}.`, 'I will get somebody.'),
    clauses,
  }),
  'A reason to hand over to a person; tried before everything else, in order.',
  { when: "hits('asks_human', message.text)", insists: true },
);

export const assistant = doc(
  z.strictObject({
    title: doc(z.string(), 'Its name.', 'Support assistant'),
    greeting: doc(text, 'The first thing it says.', 'Hi! How can I help you today?'),
    confidence: doc(
      z.number().min(0).max(1).default(0.7),
      'An answer less certain than this (strictly) is not given: the trigger "unsure" hands over.',
      0.7,
    ),
    visitor_plan: doc(z.string().default('starter'), 'The plan of a visitor whom nobody knows.', 'starter'),
    login: doc(text, `Said where an account is needed: ${TEXT}.`, 'Please log in first.'),
    again: doc(text, 'Said where a message does not fit what was asked.', 'Please choose one of the options.'),
    otherwise: doc(name, 'The step for a message that no intent takes.', 'look_up'),
    unsure: doc(name, 'The trigger of an answer that is not certain enough.', 'unsure'),
    intents: doc(z.record(name, intent), 'What customers want, in order.', {
      upload: { when: "hits('upload_trouble', message.text)", go: 'ask_error' },
    }),
    handoff: doc(z.record(name, trigger), 'Reasons to hand over, in order.', {
      human: { when: "hits('asks_human', message.text)", insists: true },
    }),
    steps: doc(z.record(name, step), 'Steps by name.', {
      look_up: { search: '=message.text', say: '{{ result.text }}' },
    }),
    collect: doc(
      z
        .array(
          z.strictObject({
            ...read,
            when: doc(cel.optional(), 'Only where this holds.', '!customer.identified'),
            ask: doc(text, `Its question: ${TEXT}.`, 'What is the problem?'),
            clauses,
          }),
        )
        .default([]),
      'Details asked for before a transfer, in order.',
      [{ field: 'issue', ask: 'What is the problem?' }],
    ),
    ticket: doc(
      z.strictObject({
        subject: doc(text, `The subject: ${TEXT}.`, '{{ collected.issue }}'),
        category: doc(json.optional(), 'The category, written or computed.', '=collected.category'),
        fields: doc(z.record(name, json).default({}), 'Fields of the pack, written or computed.', {
          file_size_mb: '=collected.size_mb',
        }),
        clauses,
      }),
      'The ticket that a conversation opens; the whole conversation goes with it.',
      { subject: '{{ collected.issue }}' },
    ),
    promise: doc(
      z.array(z.string()).default([]),
      'Commitments of which the earliest due instant is stated as the time of the answer.',
      ['first_response'],
    ),
    wait: doc(
      z.strictObject({
        calendar: doc(z.string(), 'When somebody is there: a calendar, or a computed name.', 'business'),
        handling: doc(positiveDuration, 'The average time of a conversation.', 'PT5M'),
        open: doc(
          text,
          `Said where somebody is there: ${TEXT}; result.wait is the estimate.`,
          'About {{ result.wait }}.',
        ),
        closed: doc(
          text,
          `Said where nobody is: ${TEXT}; result.opens is the next opening.`,
          'From {{ result.opens }}.',
        ),
        clauses,
      }),
      'What the customer hears after the transfer.',
      { calendar: 'business', handling: 'PT5M', open: 'About {{ result.wait }}.', closed: 'From {{ result.opens }}.' },
    ),
    clauses,
  }),
  'An assistant: a dialogue without a model, as data. It answers from the knowledge base and the account, opens tickets, and hands over to people.',
  {
    title: 'Support assistant',
    greeting: 'Hi! How can I help you today?',
    login: 'Please log in first.',
    again: 'Please choose one of the options.',
    otherwise: 'look_up',
    unsure: 'unsure',
    intents: { upload: { when: "hits('upload_trouble', message.text)", go: 'look_up' } },
    handoff: { unsure: {} },
    steps: { look_up: { search: '=message.text', say: '{{ result.text }}' } },
    ticket: { subject: 'Question in a chat' },
    wait: {
      calendar: 'business',
      handling: 'PT5M',
      open: 'About {{ result.wait }}.',
      closed: 'From {{ result.opens }}.',
    },
  },
);
export type AssistantSource = z.infer<typeof assistant>;
