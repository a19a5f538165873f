/** Assistants over HTTP: for a chat widget, and for programs that pass on what their customers write. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { Visitor } from '../domain/assistant/types';
import type { KeyRole } from './access';
import type { Conversations } from './conversations';
import type { KnowledgePort } from './knowledge-port';
import { languageOf } from './knowledge-routes';
import { operation } from './operation';

/** Keys that may say who writes: the customer logged in where the key's holder knows them. */
const MAY_STATE_CUSTOMER: readonly KeyRole[] = ['intake', 'agent', 'commander', 'admin'];

const messageBody = z
  .strictObject({
    conversation: z.string().max(64).optional().describe('Absent: a new one, which begins with the greeting'),
    text: z.string().max(8_000).optional(),
    customer: z
      .strictObject({
        id: z.string().max(200).optional(),
        name: z.string().min(1).max(200),
        email: z.string().regex(/^\S+@\S+$/, 'must be an e-mail address'),
        plan: z.string().min(1).max(100),
      })
      .optional()
      .describe('Who writes, where an API key passes it on; else the login says so'),
    guess: z
      .strictObject({ intent: z.string().max(100), confidence: z.number().min(0).max(1) })
      .optional()
      .describe('What a model made of the text'),
  })
  .meta({ id: 'ChatMessage' });
const answerSchema = z
  .object({
    conversation: z.string(),
    replies: z.array(z.string()),
    status: z.enum(['bot', 'collecting', 'handed_off']),
    trigger: z.string().nullable().describe('Why a person takes over'),
    ticket: z.object({ id: z.string(), number: z.string() }).nullable(),
  })
  .meta({ id: 'ChatAnswer' });

/** Adds the route. */
export function assistantRoutes(app: FastifyInstance, conversations: Conversations, knowledge: KnowledgePort): void {
  operation(app, {
    method: 'POST',
    url: '/v1/assistants/:name/messages',
    operationId: 'sayToAssistant',
    summary: 'Say something to an assistant',
    description: 'Account facts and own tickets need a login: the bearer token of the identity provider.',
    tag: 'portal',
    params: z.object({ name: z.string().max(100).describe('The assistant of the pack') }),
    body: messageBody,
    answers: { 200: { description: 'What it says', schema: answerSchema } },
    errors: [
      ...(['ESC_NOT_FOUND', 'ESC_UNAUTHENTICATED', 'ESC_NOT_PERMITTED', 'ESC_IDEMPOTENCY_CONFLICT'] as const),
      ...(['ESC_STORE_UNAVAILABLE', 'ESC_PROVIDER_UNAVAILABLE', 'ESC_FIELD_INVALID', 'ESC_FIELD_UNKNOWN'] as const),
    ],
    handler: async ({ params, body, request }) => {
      const { conversation, text, guess } = body;
      const { state, ...said } = await conversations.say({
        assistant: params.name,
        conversation,
        text,
        guess,
        visitor: visitorOf(request, body.customer),
        language: await languageOf(knowledge, request.headers['accept-language']).catch(() => 'en'),
      });
      const { ticket } = state;
      return {
        ...said,
        status: state.status,
        trigger: state.handoff?.trigger ?? null,
        ticket:
          ticket && typeof ticket['id'] === 'string' ? { id: ticket['id'], number: String(ticket['number']) } : null,
      };
    },
  });
}

/** Who writes: the customer of the login, the one a trusted key names, or somebody unknown. Errors: ESC_NOT_PERMITTED. */
export function visitorOf(
  request: FastifyRequest,
  stated?: { id?: string | undefined; name: string; email: string; plan: string },
): Visitor {
  if (stated) {
    if (!request.apiKey || !MAY_STATE_CUSTOMER.includes(request.apiKey.role))
      throw new TocsinError('ESC_NOT_PERMITTED', 'only a key of intake or of an agent may say who the customer is', {
        field: 'customer',
      });
    const { id, ...rest } = stated;
    return { identified: true, ...rest, ...(id === undefined ? {} : { id }) };
  }
  const { customer } = request;
  if (!customer) return { identified: false };
  const { id, name, email, plan } = customer;
  return { identified: true, id, name, email, ...(plan === '' ? {} : { plan }) };
}
