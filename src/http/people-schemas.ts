/** What the routes of people and on-call duty take and give. */
import { z } from 'zod';
import { instantIn, instantOut } from './schemas';

const text = z.string().min(1).max(200);
export const packQuery = z.strictObject({
  pack: text.optional().describe("A pack's name; the default one when left out"),
});

export const peopleQuery = packQuery.extend({
  role: text.optional().describe('Only this role, and other ways to reach it'),
});

const headcount = z.object({
  now: z.number().int().optional(),
  min: z.number().int().optional(),
  max: z.number().int().optional(),
});

export const personSchema = z
  .object({
    role: z.string(),
    title: z.string(),
    alsoCalled: z.array(z.string()),
    email: z.string().optional(),
    phone: z.string().optional(),
    page: z.string().optional().describe('Its service at the paging provider'),
    slack: z.string().optional(),
    hours: z.string().optional().describe('The calendar in which it is there; absent: at every hour'),
    note: z.string().optional(),
    rota: z.string().optional(),
    group: z.array(z.string()).optional(),
    fallback: z.string().optional(),
    reportsTo: z.string().optional(),
    headcount: headcount.optional(),
    skills: z.array(z.string()),
    pointOf: z.string().optional().describe('Another way to reach this role'),
    unconfirmed: z.boolean().describe('The organisation has not said yet which way is right'),
    list: z.string().optional(),
    clauses: z.array(z.string()),
  })
  .meta({ id: 'Person', description: 'A role and how to reach it' });

export const peopleSchema = z.object({ people: z.array(personSchema) }).meta({ id: 'People', description: 'Roles' });

const orgNode: z.ZodType = z
  .object({
    role: z.string(),
    title: z.string(),
    count: z.number().int().optional(),
    rota: z.string().optional(),
    get reports() {
      return z.array(orgNode);
    },
  })
  .meta({ id: 'OrgNode', description: 'A role with whoever reports to it' });
export const orgSchema = z.object({ tree: z.array(orgNode) }).meta({ id: 'Organisation', description: 'The tree' });

export const whoQuery = packQuery.extend({
  rota: text.optional().describe('Only this rotation'),
  at: instantIn.optional().describe('Now when left out'),
});
const onDuty = z.object({
  rota: z.string(),
  person: z.string().nullable(),
  email: z.string().optional(),
  phone: z.string().optional(),
  page: z.string().optional(),
  override: z.boolean().describe('Somebody stands in'),
  since: instantOut,
  until: instantOut,
});
export const whoSchema = z
  .object({ at: instantOut, onCall: z.array(onDuty), catchAll: z.string().describe('Told when nobody can be') })
  .meta({ id: 'WhoIsOnCall', description: 'Who is on call at an instant' });

export const spanQuery = packQuery.extend({
  rota: text.optional().describe('Only this rotation'),
  person: text.optional().describe('Only this person'),
  from: instantIn.optional().describe('Now when left out'),
  to: instantIn.optional().describe('Eight weeks later when left out'),
});
export const shiftsSchema = z
  .object({
    shifts: z.array(
      z.object({
        rota: z.string(),
        from: instantOut,
        to: instantOut,
        person: z.string().nullable(),
        override: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Shifts', description: 'Shifts of rotations, the earliest first' });

export const gapsSchema = z
  .object({
    gaps: z.array(
      z.object({
        rota: z.string().optional(),
        role: z.string().optional(),
        from: instantOut,
        to: instantOut,
        reason: z.enum(['not_started', 'ended', 'override_ended', 'no_contact', 'nobody']),
        person: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Gaps', description: 'Spans in which a page would reach nobody' });

const person = z.strictObject({
  name: text,
  email: z.email().optional(),
  phone: text.optional(),
  page: text.optional(),
  slack: text.optional(),
});
export const overrideBody = z
  .strictObject({
    rota: text.optional().describe('The rotation, or else `role`'),
    role: text.optional(),
    from: instantIn,
    to: instantIn,
    person: z.union([text, person]).describe('A name of the rotation, or a person with addresses'),
    pack: text.optional(),
  })
  .meta({ id: 'Override', description: 'Somebody stands in' });
export const overriddenSchema = z.object({ id: z.number().int() }).meta({ id: 'Overridden', description: 'Its id' });

export const feedBody = z
  .strictObject({ rota: text.optional(), person: text.optional() })
  .meta({ id: 'Feed', description: 'A rotation, a person, or both' });
export const feedSchema = z
  .object({ url: z.string().describe('The secret address; it is told this once') })
  .meta({ id: 'FeedMade', description: 'A calendar feed' });
export const feedParams = z.object({
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]{20,64}\.ics$/, 'must end in .ics')
    .describe('The secret, and .ics'),
});
