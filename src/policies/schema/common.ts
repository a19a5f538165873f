/** The small parts of the language: expressions, durations, event patterns, clause lists. */
import { z } from 'zod';
import type { Json } from '../../domain/policy/types';
import { parseDuration } from '../../domain/time/instants';

/** A schema with the sentence and the example that the language reference and the JSON Schema show for it. */
export function doc<T extends z.ZodType>(schema: T, description: string, example: Json): T {
  return schema.meta({ description, examples: [example] });
}

/** Any JSON. */
export const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);

const isDuration = (text: string): boolean => parseDuration(text) !== undefined;
const DURATION_RULE = 'must be an ISO 8601 duration, such as PT30M or P2D';

export const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, 'must be a name: lower case letters, digits and _, a letter first');
/** What one construct says of another: a name, with the prefix of its part in a composed pack. */
export const ref = z
  .string()
  .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/, 'must be a name: lower case letters, digits and _, a letter first');
export const cel = z.union([z.string().min(1), z.boolean()]);
/** A value that is computed when it begins with `=`. */
export const value = json;
export const duration = z.string().refine(isDuration, DURATION_RULE);
export const positiveDuration = duration.refine(
  (text) => (parseDuration(text) ?? 1) > 0,
  'must be longer than nothing',
);
export const pattern = z.string().regex(/^[a-z_]+(\([^()]+\))?$/, 'must be an event pattern: name or name(subject)');
export const patterns = z.union([pattern, z.array(pattern).min(1)]);
export const mark = z
  .string()
  .refine(
    (text) => /^\d+(\.\d+)?%$/.test(text) || isDuration(text),
    'must be a share (75%) or an offset (-PT10M before the due instant, PT15M after the anchor)',
  );
export const names = z.union([z.string(), z.array(z.string())]);
export const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, hh:mm');
export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export const channel = z.enum(['email', 'slack', 'page', 'status_page', 'console', 'webhook', 'broadcast', 'origin']);
export const channels = z.union([channel, z.array(channel).min(1)]);

export const clauses = doc(
  z.array(z.string()).default([]),
  'The clauses of the written procedure that this implements, in the full form of the catalogue.',
  ['SEC-ESC-052'],
);

/** The kinds of ticket a construct applies to. */
export const kinds = doc(
  z.union([ref, z.array(ref).min(1)]).default('support'),
  'The kinds of ticket it applies to, one or a list; on a ticket of another kind it does nothing.',
  'review',
);

/** Whether something acts on a ticket in shadow. */
export const inShadow = doc(
  z.boolean().default(false),
  'It is done on a ticket in shadow as well: what asks people for the conclusion that decisions are compared with.',
  true,
);

/** ISO duration, `{ days, at }`, or a computed value. */
export const amount = z.union([
  z.string().refine((text) => text.startsWith('=') || isDuration(text), `${DURATION_RULE}, or a computed value (=…)`),
  z.strictObject({
    days: doc(z.number().int().nonnegative(), 'Open days; day 0 is the first at or after the anchor.', 2),
    at: doc(
      z.enum(['same', 'open', 'close']).default('same'),
      'At the same time of day, at opening or at closing.',
      'close',
    ),
  }),
]);

export const phases = z.union([
  z.string().startsWith('=', 'must be a list of phases, or a computed one (=…)'),
  z
    .array(
      z.strictObject({
        every: doc(positiveDuration, 'From tick to tick.', 'PT30M'),
        until: doc(
          positiveDuration.optional(),
          'To the end of the phase, from the anchor; the last phase has none.',
          'PT1H',
        ),
      }),
    )
    .min(1),
]);

export const AMOUNT_TEXT =
  'an ISO 8601 duration, { days, at: same|open|close } in open days of the calendar, or a computed value';

/** The clock's fields, the same in commitments, tasks and delayed rules. */
export const clockFields = {
  calendar: doc(
    z.string().optional(),
    'The calendar the time is measured in, or a computed name; "always" (plain time) when left out.',
    'business',
  ),
  while: doc(
    cel.optional(),
    'The clock is active as long as this holds. May read neither the event nor the clock.',
    'is.p1',
  ),
  pause: doc(cel.optional(), 'The clock stands still as long as this holds.', "ticket.status == 'pending'"),
  marks: doc(
    z.array(mark).default([]),
    'Warnings, each the event mark(name): a share of the amount, an offset before the due instant or after the anchor.',
    ['75%', '-PT10M', 'PT15M'],
  ),
};
