/** Checklists: what has to be in place, each item checked by the system or ticked by a person. */
import { z } from 'zod';
import { clauses, doc, json, name, pattern } from './common';

const place = z.string().regex(/^[a-z_]+(\.[\w-]+)+$/, 'must be a place of the pack: construct.name, dotted');

const item = z.strictObject({
  title: doc(z.string().min(1), 'What has to be in place.', 'Confirm that logging is working'),
  by: doc(
    name.optional(),
    'The role that ticks it, with name and date; an item without one is checked by the system.',
    'ts_lead',
  ),
  pack: doc(
    z
      .array(
        z.union([
          place,
          z.strictObject({
            at: doc(place, 'The place.', 'voices.gatherer.typos'),
            is: doc(json.optional(), 'What stands there.', 5),
            has: doc(json.optional(), 'What the list or the text there holds.', 'ticket.impact'),
          }),
        ]),
      )
      .default([]),
    'Places of the compiled pack where something stands; entries of lists by name, field, tag or number.',
    ['voices.gatherer', { at: 'voices.gatherer.typos', is: 5 }],
  ),
  scenarios: doc(
    z.array(z.string().min(1)).default([]),
    'Scenarios that hold, by their path below scenarios/ without the ending.',
    ['triage/escalated'],
  ),
  seen: doc(z.array(pattern).default([]), 'Events that tickets of the pack have had on the running stack.', [
    'delivered(ts_alert)',
  ]),
  clauses,
});

export const checklist = doc(
  z.strictObject({
    title: doc(z.string().min(1), 'What people call it.', 'Set-up of the classifier'),
    items: doc(
      z.record(name, item).refine((items) => Object.keys(items).length > 0, 'must have an item'),
      'Its items, in order.',
      { logging: { title: 'Confirm that logging is working', scenarios: ['triage/escalated'] } },
    ),
    clauses,
  }),
  'A checklist: shown on a page, by `tocsin checklist`, and as JSON.',
  {
    title: 'Set-up of the classifier',
    items: {
      voice: { title: 'Create the persona', pack: ['voices.classifier'] },
      understood: { title: 'Agents understand the system', by: 'ts_lead' },
    },
  },
);
export type ChecklistSource = z.infer<typeof checklist>;
