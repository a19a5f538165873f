/** What the routes of channels and intake take and give. */
import { z } from 'zod';
import { chatSession } from '../intake/chat';
import { intercomNotification } from '../intake/intercom';
import { callEvent } from '../intake/phone';
import { ringcentralNotification } from '../intake/ringcentral';
import { packQuery } from './people-schemas';
import { instantIn, instantOut } from './schemas';

const text = z.string().min(1).max(200);

export const availabilityQuery = packQuery.extend({
  channel: text.describe('A channel of the pack: email, chat, phone, …'),
  plan: text.default('').describe("The customer's plan"),
  at: instantIn.optional().describe('Now when left out'),
});
export const availabilitySchema = z
  .object({
    channel: z.string(),
    title: z.string(),
    plan: z.string(),
    at: instantOut,
    state: z
      .string()
      .describe("What a customer finds, in the pack's words: live, chatbot, offline, closed, on_call, …"),
    then: z.enum(['wait', 'open', 'message', 'bot']).describe('What becomes of whoever comes'),
    queue: z.string().optional(),
    rank: z.number(),
    note: z.string().optional(),
    response: z.string().optional().describe('Information, no clock'),
    nextOpening: instantOut.nullable().describe('When the best state is there again; null while it is'),
    clauses: z.array(z.string()),
  })
  .meta({ id: 'Availability', description: 'What a customer of a plan finds on a channel at an instant' });

export const channelsSchema = z
  .object({
    channels: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        availability: z.string().optional(),
        response: z.string().optional(),
        bestFor: z.string().optional(),
        link: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'Channels', description: 'Ways for customers to reach support' });

export const adaptersSchema = z
  .object({
    adapters: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        direction: z.enum(['in', 'out']),
        state: z.enum(['ready', 'recorded', 'down']),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'Adapters', description: 'What is connected, and how it does' });

export const formParams = z.object({ kind: text.describe('A kind of ticket; support for the ordinary one') });
export const formSchema = z
  .object({
    kind: z.string(),
    fields: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        required: z.boolean(),
        choices: z.array(z.unknown()).optional(),
      }),
    ),
  })
  .meta({ id: 'Form', description: 'The fields of a kind of ticket' });

export const repliesSchema = z
  .object({
    replies: z.array(
      z.object({ name: z.string(), title: z.string(), shortcut: z.string().optional(), template: z.string() }),
    ),
  })
  .meta({ id: 'Replies', description: 'Canned responses' });

/** What intake did, in its own words. */
export const intakeAnswer = z
  .looseObject({})
  .meta({ id: 'Taken', description: 'What became of it: opened, message, ignored, …' });

export const mailBody = z
  .union([z.string().min(1), z.instanceof(Buffer)])
  .meta({ id: 'Mail', description: 'A mail as it came (RFC 5322)' });
export const chatBody = z
  .union([intercomNotification, chatSession])
  .meta({ id: 'Chat', description: "A widget's settings, or Intercom's notification" });
export const phoneBody = z
  .union([callEvent, ringcentralNotification, z.strictObject({})])
  .meta({ id: 'Call', description: "An event of a call, or RingCentral's notification" });
export const foreignBody = z
  .record(z.string(), z.unknown())
  .meta({ id: 'ForeignTicket', description: "The platform's own payload" });
export const platformParams = z.object({
  platform: z.enum(['zendesk', 'freshdesk', 'servicenow']).describe('The ticketing system'),
});
export const viewBody = z
  .strictObject({
    kind: z.enum(['page', 'article', 'search']),
    what: z.string().min(1).max(2_000),
    who: text.optional(),
  })
  .meta({ id: 'View', description: 'Something that was looked at: no ticket comes of it' });
export const waitingQuery = z.strictObject({ queue: text.optional() });
export const waitingSchema = z
  .object({
    waiting: z.array(
      z.object({
        call: z.string(),
        queue: z.string(),
        name: z.string(),
        plan: z.string(),
        position: z.number().int(),
        waitingSeconds: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'Waiting', description: 'Callers in the order in which they are offered' });
export const menuSchema = z
  .object({
    script: z.array(z.string()),
    options: z.array(
      z.object({
        way: z.string(),
        press: z.string().optional(),
        does: z.string(),
        queue: z.string().optional(),
        to: z.string().optional(),
        clauses: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'Menu', description: 'The telephone menu' });
export const snippetSchema = z.object({ snippet: z.string() }).meta({ id: 'Snippet', description: 'For a page' });
