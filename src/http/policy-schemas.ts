/** What the routes of the procedure itself take and give. */
import { z } from 'zod';
import { packQuery } from './people-schemas';

const text = z.string().min(1).max(200);

export const botsQuery = packQuery.extend({
  ticket: text.optional().describe('A ticket: its own version of the pack, and the contexts as they read for it now'),
});

export const botsSchema = z
  .object({
    pack: z.string(),
    bots: z.array(
      z
        .object({
          name: z.string(),
          title: z.string().describe('What people call the bot'),
          speaksAs: z.string().describe('The name it speaks under'),
          customers: z.boolean().describe('Whether it writes to customers'),
          delay: z.object({ from: z.string(), to: z.string() }).describe('ISO 8601, both ends included'),
          typos: z.number().describe('Percent of words of generated chat'),
          breakup: z.string(),
          styled: z.boolean().describe('Whether typos and breakup touch generated chat at all'),
          manner: z.string().nullable(),
          about: z.string().nullable(),
          avoids: z.array(z.string()),
          states: z.array(z.string()),
          asks: z.array(z.string()).describe('Facts that it has answered'),
          context: z
            .object({ template: z.string(), text: z.string(), madeUp: z.array(z.string()) })
            .nullable()
            .describe('What a model is told of the conversation; null without a ticket'),
          clauses: z.array(z.string()),
        })
        .meta({ id: 'Bot', description: 'A bot of the procedure' }),
    ),
  })
  .meta({ id: 'Bots', description: 'The bots of a procedure' });
