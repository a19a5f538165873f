/** What the routes of checklists take and give. */
import { z } from 'zod';
import { packQuery } from './people-schemas';

const text = z.string().min(1).max(200);
const tick = z.object({ done: z.boolean(), by: z.string(), at: z.string(), note: z.string().optional() });

export const itemParams = z.strictObject({
  checklist: text.describe('Its name in the pack'),
  item: text.describe('The name of the item'),
});
export const checklistsQuery = packQuery;

export const tickBody = z.strictObject({
  pack: text.optional().describe("A pack's name; the default one when left out"),
  done: z.boolean().default(true).describe('false takes the tick back'),
  by: text.describe('Who ticks; the date is now'),
  note: z.string().max(2_000).optional(),
});

const checklistSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    done: z.number().int().describe('Items that are done'),
    items: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        kind: z.enum(['automatic', 'human']),
        role: z.string().nullable().describe('Who ticks it'),
        state: z.enum(['done', 'open', 'unknown']),
        because: z.array(z.string()).describe('What proves it, or what is missing'),
        tick: tick.nullable().describe('The newest word of a person'),
        clauses: z.array(z.string()),
      }),
    ),
    clauses: z.array(z.string()),
  })
  .meta({ id: 'Checklist', description: 'A checklist with the state of each item' });

export const checklistsSchema = z
  .object({ pack: z.string(), checklists: z.array(checklistSchema) })
  .meta({ id: 'Checklists', description: 'The checklists of a pack' });
