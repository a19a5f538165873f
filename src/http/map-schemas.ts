/** What the routes of maps take and give. */
import { z } from 'zod';
import { packQuery } from './people-schemas';

const flow = z.string().min(1).max(200).optional().describe("Which flow; the pack's first when left out");
export const mapQuery = z.strictObject({ flow });
export const packMapQuery = packQuery.extend({ flow });

export const mapSchema = z
  .object({
    flow: z.string(),
    begun: z.boolean().describe('Whether the ticket has ever begun it'),
    outcome: z.string().optional().describe('What it ended as'),
    states: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        about: z.string(),
        visited: z.enum(['passed', 'here']).nullable(),
        ways: z.array(
          z.object({
            row: z.string(),
            label: z.string(),
            to: z.string().optional().describe('The next state; absent where the flow ends'),
            outcome: z.string().optional(),
            title: z.string(),
            taken: z.boolean(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'FlowMap', description: 'A flow with the way that a ticket went' });
