/** Composition: the packs that a pack is made of. */
import { z } from 'zod';
import { cel, doc, json, name, ref } from './common';

const names = (what: string, example: Record<string, string>) =>
  doc(z.record(name, ref).default({}), `${what} of the part, and what stands in their place here.`, example);

const part = z.strictObject({
  pack: doc(
    z.string().min(1),
    'The pack: a folder, seen from this one, or the name of one beside it.',
    'risk-management',
  ),
  bind: doc(
    z.strictObject({
      people: names('Roles', { support_manager: 'duty_manager' }),
      calendars: names('Calendars', { business: 'office' }),
      queues: names('Queues', { l2_support: 'second_line' }),
      params: doc(
        z.record(name, json).default({}),
        'Params of the part with their values here; { use } chooses among its variants.',
        { similar_customers: 5 },
      ),
    }),
    "What of the part is the composite's own, or another part's.",
    { people: { support_manager: 'duty_manager' }, params: { similar_customers: 5 } },
  ).optional(),
  unless: doc(
    z.record(
      z.string().regex(/^(rules|tasks|guards)\.[a-z][a-z0-9_]*$/, 'must be rules, tasks or guards, a dot and a name'),
      cel,
    ),
    'Rules, tasks and guards of the part that do nothing on a ticket where this holds, in the words of the composite.',
    { 'tasks.consider_l2': "flow.safety.triage.state == 'gather'" },
  ).optional(),
  apart: doc(
    z.array(name).default([]),
    'Fields that the part does not share with the others: they get its prefix too (ticket.risk.impact).',
    ['impact'],
  ),
});

export const uses = doc(
  z.record(name, z.union([z.string().min(1), part])),
  'The packs that this one is composed of, by the prefix of their names. They share events, the ticket and its fields, not names: part risk has the condition is.risk.flagged, the path risk.critical.',
  { desk: 'help-desk', risk: { pack: 'risk-management', bind: { people: { agent: 'support' } } } },
);
export type UsesSource = z.infer<typeof uses>;
export type PartSource = z.infer<typeof part>;

/** A part as it is written, in full. */
export const partOf = (source: UsesSource[string]): PartSource =>
  typeof source === 'string' ? { pack: source, apart: [] } : source;
