/** How the outside reaches the procedure: channels with their hours, and the ways in that each has. */
import { z } from 'zod';
import { cel, clauses, doc, json, name, ref, names } from './common';

const state = doc(
  z.strictObject({
    during: doc(z.string().optional(), 'The calendar in which the row holds; without it, always.', 'chat_hours'),
    is: doc(name, 'What a customer finds then.', 'live'),
    then: doc(
      z.enum(['wait', 'open', 'message', 'bot']).default('open'),
      'What becomes of whoever comes: waits for an agent, has a ticket at once, may leave a message that opens one, or is answered by the chatbot.',
      'wait',
    ),
    queue: doc(ref.optional(), 'The queue in which whoever waits stands.', 'enterprise_chat'),
    rank: doc(z.number().default(0), 'Who is offered first in it: the highest, and of equals whoever came first.', 30),
    opens: doc(z.record(z.string(), json).default({}), 'Fields of a ticket that is opened then.', {
      after_hours: true,
    }),
    note: doc(z.string().optional(), 'What is said of it.', 'Limited hours'),
    clauses,
  }),
  'What a customer finds at an instant: the first row that holds.',
  { during: 'chat_hours', is: 'live' },
);

export const channelOf = doc(
  z.strictObject({
    title: doc(z.string(), 'The words people use for it.', 'Live Chat'),
    says: doc(z.string().optional(), 'Its availability in the words of the procedure: information, no clock.', '24/7'),
    response: doc(z.string().optional(), 'Its usual response time: information, no clock.', '5-30 minutes'),
    best_for: doc(z.string().optional(), 'What it is best for.', 'Quick questions'),
    link: doc(z.url().optional(), 'Where it is.', 'https://community.example.com'),
    must_configure: doc(
      z.boolean().optional(),
      'The procedure does not say where it is: the organisation must, before production.',
      true,
    ),
    states: doc(
      z.array(state).default([]),
      'What every customer finds, where the plan has no rows of its own. Without any it is open.',
      [{ during: 'chat_hours', is: 'live' }, { is: 'closed' }],
    ),
    plans: doc(
      z.record(name, z.array(state).min(1)).default({}),
      'What customers of a plan find. The first row is the best: the next opening is that of its calendar.',
      { starter: [{ during: 'chat_hours', is: 'live' }, { is: 'chatbot' }] },
    ),
    clauses,
  }),
  'A way for customers to reach support: what it is for, and what they find at an instant.',
  { title: 'Live Chat', response: '5-30 minutes', states: [{ during: 'chat_hours', is: 'live' }, { is: 'closed' }] },
);

export const WAYS = ['email', 'chat', 'phone', 'portal', 'api'] as const;

export const wayIn = doc(
  z.strictObject({
    channel: doc(z.enum(WAYS), 'The channel by which it comes in.', 'email'),
    address: doc(z.string().optional(), 'The mail address or the telephone number it comes to.', 'billing@example.com'),
    press: doc(
      z
        .string()
        .regex(/^[0-9*#]$/, 'must be a key of a telephone')
        .optional(),
      'The key that a caller presses.',
      '3',
    ),
    waits: doc(z.literal(true).optional(), 'It is taken when a caller presses nothing.', true),
    app: doc(z.string().optional(), 'The id of the chat widget.', 'example_app_id'),
    says: doc(names.optional(), 'What a caller hears, sentence by sentence.', 'Press 3 for billing'),
    does: doc(
      z.enum(['open', 'emergency', 'repeat', 'transfer', 'say']).default('open'),
      'What becomes of it: a ticket, a ticket at once at any hour, the menu again, somebody else outside of support, or nothing but words.',
      'open',
    ),
    to: doc(ref.optional(), 'The role or team that takes over a transfer.', 'sales'),
    queue: doc(ref.optional(), 'The queue in which whoever waits stands.', 'billing'),
    opens: doc(z.record(z.string(), json).default({}), 'Fields of the ticket that is opened.', { desk: 'billing' }),
    keeps: doc(
      z.record(z.string(), name).default({}),
      'Values that come along, by the name they come under, and the field that keeps each.',
      { analyses_this_month: 'analyses_this_month' },
    ),
    plans: doc(z.record(z.string(), name).default({}), 'Names of plans as the outside writes them.', {
      pro: 'professional',
    }),
    unknown_plan: doc(name.optional(), 'The plan of somebody who is not known.', 'starter'),
    clauses,
  }),
  'One way in: what comes to an address, a menu key or a widget, and the ticket it opens.',
  { channel: 'email', address: 'billing@example.com', opens: { desk: 'billing' } },
);

export const reply = doc(
  z.strictObject({
    title: doc(z.string(), 'The words people pick it by.', 'Reset the password'),
    shortcut: doc(
      z
        .string()
        .regex(/^\/[a-z][a-z0-9_-]*$/, 'must be / and a word')
        .optional(),
      'What an agent types in a chat in its place.',
      '/hours',
    ),
    template: doc(ref, 'The template that words it.', 'reset_password'),
    when: doc(cel.optional(), 'It is offered only where this holds.', "ticket.category == 'account'"),
    clauses,
  }),
  'A canned response: its template is sent, and rules act on the reply by event.template.',
  { title: 'Reset the password', shortcut: '/reset', template: 'reset_password' },
);
