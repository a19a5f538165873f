/** Voices: the bots of a procedure as data, who speaks, how, and what a model behind it is told. */
import { z } from 'zod';
import { clauses, doc, duration, name } from './common';

const delay = z.union([
  duration,
  z.strictObject({
    from: doc(duration, 'At least so long.', 'PT2S'),
    to: doc(duration, 'At most so long; drawn from the key of the message, so that a restart draws the same.', 'PT3S'),
  }),
]);

const percent = z.number().min(0).max(100);

export const voice = doc(
  z.strictObject({
    title: doc(z.string().min(1), 'What people call the bot.', 'Information gatherer'),
    speaks_as: doc(z.string().min(1), 'The name it speaks under.', 'Security Specialist'),
    customers: doc(
      z.boolean().default(false),
      'Whether it writes to customers; of one that does not, the check refuses every state that would.',
      true,
    ),
    delay: doc(delay.default('PT0S'), 'How long after the decision a message of its states leaves for the customer.', {
      from: 'PT2S',
      to: 'PT3S',
    }),
    typos: doc(percent.default(0), 'The share of words, in percent, in which generated chat has a slip of the pen.', 5),
    breakup: doc(
      z.enum(['none', 'low', 'medium', 'high']).default('none'),
      'How readily generated chat is broken into several messages.',
      'medium',
    ),
    styled: doc(
      z.boolean().default(false),
      'Whether slips and breaks touch generated chat at all. Templates, addresses, names and numbers they never touch.',
      false,
    ),
    manner: doc(z.string().optional(), 'How it responds, in words for a model.', 'Sincere and methodical.'),
    about: doc(z.string().optional(), 'What it is for and what it does not do, in words for a model.', 'You classify.'),
    context: doc(
      name.optional(),
      'A template for staff: why the conversation takes place. Rendered from the ticket, it goes with every question of its states, fenced as data.',
      'context_gathering',
    ),
    avoids: doc(z.array(z.string().min(1)).default([]), 'What none of its messages to customers contains.', ['!']),
    clauses,
  }),
  'A bot: its name and manner, its delay, what a model that works for it is told. States of flows name theirs.',
  {
    title: 'Information gatherer',
    speaks_as: 'Security Specialist',
    customers: true,
    delay: { from: 'PT2S', to: 'PT3S' },
    typos: 5,
    breakup: 'medium',
    avoids: ['!'],
  },
);
export type VoiceSource = z.infer<typeof voice>;
