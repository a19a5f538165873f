/** What comes in: mail, chats, calls, tickets of other systems. Signed by whoever sends it, or with an API key of intake. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TocsinError, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { chatSession, takeMessage, takePage, takeSession } from '../intake/chat';
import { takeMail } from '../intake/email';
import { intercomNotification, messagesOf } from '../intake/intercom';
import { menuOf } from '../intake/menu';
import { callEvent, takeCall, waitingCalls } from '../intake/phone';
import type { IntakeBot, IntakePorts } from '../intake/ports';
import { callOf, ringcentralNotification } from '../intake/ringcentral';
import { signerOf } from '../intake/signature';
import { snippetOf } from '../intake/snippet';
import { PLATFORMS, takeForeign } from '../intake/ticketing';
import {
  chatBody,
  foreignBody,
  intakeAnswer,
  mailBody,
  menuSchema,
  phoneBody,
  platformParams,
  snippetSchema,
  viewBody,
  waitingQuery,
  waitingSchema,
} from './intake-schemas';
import { operation } from './operation';
import { packQuery } from './people-schemas';
import type { HttpPorts } from './ports';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for signatures. */
    rawBody?: Buffer;
  }
}

/** A mail with its attachments. */
const MAIL_LIMIT_BYTES = 25 * 1024 * 1024;
const TAKEN: ErrorCode[] = [
  'ESC_FIELD_REQUIRED',
  'ESC_FIELD_INVALID',
  'ESC_FIELD_UNKNOWN',
  'ESC_PACK_UNKNOWN',
  'ESC_IDEMPOTENCY_CONFLICT',
  'ESC_ENGINE_UNAVAILABLE',
  'ESC_UNAUTHENTICATED',
];
const answers = { 200: { description: 'What became of it', schema: intakeAnswer } };

/** Adds the routes. They keep the body as it came, so that its signature can be checked. */
export function intakeRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs, bot: IntakeBot): void {
  app.register(async (scope) => {
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      const raw = body as Buffer;
      request.rawBody = raw;
      try {
        done(null, raw.length === 0 ? null : JSON.parse(raw.toString('utf8')));
      } catch {
        done(new TocsinError('ESC_REQUEST_INVALID', 'the body is no JSON'), undefined);
      }
    });
    scope.addContentTypeParser(
      ['message/rfc822', 'application/octet-stream'],
      { parseAs: 'buffer', bodyLimit: MAIL_LIMIT_BYTES },
      (request, body, done) => {
        request.rawBody = body as Buffer;
        done(null, body);
      },
    );
    routes(scope, ports, deskOf(app, ports, now, bot), now);
  });
}

function routes(app: FastifyInstance, ports: HttpPorts, desk: IntakePorts, now: () => EpochMs): void {
  const signed = (request: FastifyRequest, ...sources: string[]): void => {
    if (request.apiKey) return;
    const body = request.rawBody ?? Buffer.alloc(0);
    if (signerOf(sources, ports.intake.secrets, { headers: request.headers, body, now: now() }) !== undefined) return;
    throw new TocsinError(
      'ESC_UNAUTHENTICATED',
      'the request is neither signed with the configured secret nor does it have a key',
    );
  };

  operation(app, {
    method: 'POST',
    url: '/v1/intake/email',
    operationId: 'takeMail',
    summary: 'A mail as it came',
    description:
      'A new ticket, or a message on the one that the subject or the headers name. The same Message-ID counts once.',
    tag: 'intake',
    body: mailBody,
    consumes: ['message/rfc822'],
    answers,
    errors: TAKEN,
    handler: async ({ request }) => {
      signed(request, 'email');
      return takeMail(desk, request.rawBody ?? Buffer.alloc(0));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/intake/chat',
    operationId: 'takeChat',
    summary: "A chat widget's settings with what was written, or a notification of Intercom",
    tag: 'intake',
    body: chatBody,
    answers,
    errors: TAKEN,
    handler: async ({ body, request }) => {
      signed(request, 'intercom', 'chat');
      const notification = intercomNotification.safeParse(body);
      if (!notification.success) {
        const session = chatSession.parse(body);
        const { page, message, user_id, email } = session;
        // A page alone needs no widget: whoever it is was known before.
        if (page !== undefined && message === undefined && session.app_id === undefined)
          return takePage(desk, user_id ?? email ?? 'visitor', page);
        return takeSession(desk, session);
      }
      const taken: JsonObject[] = [];
      for (const message of messagesOf(notification.data)) taken.push(await takeMessage(desk, message));
      return { taken };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/intake/phone',
    operationId: 'takeCall',
    summary: 'An event of a call; the answer says what the telephone system does next',
    tag: 'intake',
    body: phoneBody,
    bodyOptional: true,
    answers,
    errors: TAKEN,
    handler: async ({ body, request, reply }) => {
      // RingCentral tries an address out: the token comes back and nothing else is done.
      const validation = request.headers['validation-token'];
      if (typeof validation === 'string') {
        reply.header('validation-token', validation);
        return {};
      }
      signed(request, 'ringcentral', 'phone');
      const notification = ringcentralNotification.safeParse(body);
      if (notification.success) {
        const event = callOf(notification.data);
        return event ? takeCall(desk, event) : { does: 'ignored' };
      }
      const event = callEvent.safeParse(body);
      if (!event.success)
        throw new TocsinError('ESC_FIELD_REQUIRED', 'an event of a call has id, call and event', { field: 'event' });
      return takeCall(desk, event.data);
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/intake/phone/menu',
    operationId: 'getMenu',
    summary: 'The telephone menu: what is said, and what each key does',
    tag: 'intake',
    querystring: packQuery,
    answers: { 200: { description: 'In the order in which it is spoken', schema: menuSchema } },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ query }) => menuOf(await ports.policies.active(query.pack)),
  });

  operation(app, {
    method: 'GET',
    url: '/v1/intake/phone/waiting',
    operationId: 'listCallers',
    summary: 'Who waits on the telephone, in the order in which they are offered',
    tag: 'intake',
    querystring: waitingQuery,
    answers: { 200: { description: 'Position and waiting time of each', schema: waitingSchema } },
    handler: async ({ query }) => ({ waiting: await waitingCalls(desk, query.queue) }),
  });

  operation(app, {
    method: 'POST',
    url: '/v1/intake/ticketing/:platform',
    operationId: 'takeForeignTicket',
    summary: 'A webhook of another ticketing system',
    tag: 'intake',
    params: platformParams,
    body: foreignBody,
    answers,
    errors: TAKEN,
    handler: async ({ params, body, request }) => {
      signed(request, params.platform);
      const platform = PLATFORMS[params.platform];
      const parsed = platform?.schema.safeParse(body);
      if (!platform || !parsed?.success)
        throw new TocsinError('ESC_FIELD_INVALID', `this is no payload of ${params.platform}`, { field: 'body' });
      return takeForeign(desk, params.platform, platform.read(body));
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/intake/views',
    operationId: 'takeView',
    summary: 'Somebody looked at a page or an article: no ticket',
    tag: 'intake',
    body: viewBody,
    answers: { 200: { description: 'It was recorded', schema: intakeAnswer } },
    handler: async ({ body, request }) => {
      signed(request, 'portal');
      const { who, ...view } = body;
      await ports.intake.memory.view({
        source: 'portal',
        ...view,
        at: now(),
        data: {},
        ...(who === undefined ? {} : { who }),
      });
      return { does: 'recorded' };
    },
  });

  operation(app, {
    method: 'POST',
    url: '/v1/intake/chat/snippet',
    operationId: 'makeSnippet',
    summary: 'The widget for a page, with what is known of whoever looks at it',
    tag: 'intake',
    body: chatSession,
    answers: { 200: { description: 'HTML', schema: snippetSchema } },
    errors: ['ESC_FIELD_REQUIRED', 'ESC_PACK_UNKNOWN', 'ESC_UNAUTHENTICATED'],
    handler: async ({ body, request }) => {
      signed(request, 'portal');
      const pack = await ports.policies.active();
      const app_id = body.app_id ?? Object.values(pack.intake).find((way) => way.app !== undefined)?.app;
      if (app_id === undefined)
        throw new TocsinError('ESC_FIELD_REQUIRED', 'the pack names no chat widget', { field: 'app_id' });
      return { snippet: snippetOf({ ...(body as JsonObject), app_id }) };
    },
  });
}

/** Intake over the ports of the server. */
function deskOf(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs, bot: IntakeBot): IntakePorts {
  return {
    pack: () => ports.policies.active(),
    tickets: {
      open: async (opening, key, at) =>
        ports.tickets.open({ opening, idempotencyKey: key, receivedAt: Math.min(at, now()), now: now() }),
      command: async (ticket, name, fields, by, id, at) => {
        await ports.tickets.command(ticket, { id, name, at: Math.min(at, now()), by, fields });
      },
      find: (idOrNumber) => ports.intake.find(idOrNumber),
    },
    memory: ports.intake.memory,
    customers: ports.intake.customers,
    bot: ports.intake.bot ?? bot,
    failed: (what, error) => app.log.warn({ err: error }, `intake goes on without its ${what}`),
    now,
  };
}
