/** The HTTP server, put together. Everything it needs comes in as ports; nothing here reads the environment. */
import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { adminRoutes } from './admin-routes';
import { approvalRoutes } from './approval-routes';
import { rolloutRoutes } from './rollout-routes';
import { assistantRoutes } from './assistant-routes';
import { authenticate, limitKeyOf } from './auth';
import { commandRoutes } from './command-routes';
import { Conversations } from './conversations';
import { Desk } from './desk';
import { channelRoutes } from './channel-routes';
import { checklistRoutes } from './checklist-routes';
import { handleErrors, sendProblem } from './error-handler';
import { helpPages } from './help-pages';
import { knowledgeRoutes, languageOf } from './knowledge-routes';
import { intakeBot } from './intake-bot';
import { intakeRoutes } from './intake-routes';
import { KeyRing, type KeyRingOptions } from './keys';
import { loggerOf, type LogOptions } from './log';
import { loginPages } from './login-pages';
import { mapRoutes } from './map-routes';
import { measureRequests } from './metrics';
import { describeRoutes } from './openapi';
import type { HttpPorts } from './ports';
import { peopleRoutes } from './people-routes';
import { policyRoutes } from './policy-routes';
import { portalPages } from './portal-pages';
import { portalRoutes, type AccountLinks } from './portal-routes';
import { decisionRoutes } from './decision-routes';
import { registerRoutes } from './register-routes';
import { dashboardRoutes } from './dashboard-routes';
import { reportRoutes } from './report-routes';
import { rehearsalRoutes, YAML_TYPES } from './rehearsal-routes';
import { serviceRoutes } from './service-routes';
import { statusRoutes } from './status-routes';
import { ticketRoutes } from './ticket-routes';

export interface ServerOptions {
  /** Now, in epoch milliseconds; default the machine's clock. */
  now?: () => EpochMs;
  /** Default 256 KiB. */
  bodyLimitBytes?: number;
  /** Requests of a key (or of an address without one) in a window; default 6,000 a minute. */
  rateLimit?: { max: number; windowMs: number };
  keys?: KeyRingOptions;
  /** Absent: nothing is logged. */
  log?: LogOptions;
  /** More to expose at /metrics. */
  registries?: Registry[];
  /** The address of the community forum, for the foot of articles. */
  forum?: string | undefined;
  /** Where accounts are really kept. */
  links?: AccountLinks;
  /** Proxies whose X-Forwarded-For is believed; default none. */
  trustProxy?: FastifyServerOptions['trustProxy'];
}

const BODY_LIMIT_BYTES = 256 * 1024;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A server that is ready for `inject` or {@link listen}. */
export async function buildServer(ports: HttpPorts, options: ServerOptions = {}): Promise<FastifyInstance> {
  const {
    now = Date.now,
    bodyLimitBytes = BODY_LIMIT_BYTES,
    rateLimit: limit = { max: 6_000, windowMs: 60_000 },
  } = options;
  const app: FastifyInstance = Fastify({
    ...loggerOf(options.log),
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    trustProxy: options.trustProxy ?? false,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    requestIdHeader: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    // An address that cannot be read at all: there is no route whose handlers would answer.
    frameworkErrors: (error, request, reply) =>
      void sendProblem(request, reply.header('x-request-id', request.id), error),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addContentTypeParser(YAML_TYPES, { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    reply
      .header('x-request-id', request.id)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store');
  });

  const keys = new KeyRing(ports.keys, { now, ...options.keys });
  const registry = measureRequests(app);
  authenticate(app, keys, ports.identity);
  await app.register(rateLimit, {
    max: limit.max,
    timeWindow: limit.windowMs,
    keyGenerator: (request) => limitKeyOf(keys, request),
    errorResponseBuilder: (_request, { max, after }) =>
      new TocsinError('ESC_RATE_LIMITED', `more than ${max} requests; go on in ${after}`),
  });
  handleErrors(app);
  await describeRoutes(app);
  ticketRoutes(app, ports, now);
  commandRoutes(app, ports, now);
  peopleRoutes(app, ports, now);
  registerRoutes(app, ports);
  decisionRoutes(app, ports);
  policyRoutes(app, ports);
  mapRoutes(app, ports);
  adminRoutes(app, ports);
  rolloutRoutes(app, ports, now);
  approvalRoutes(app, ports, now);
  channelRoutes(app, ports, now);
  rehearsalRoutes(app, ports);
  knowledgeRoutes(app, ports.knowledge, now, options.forum);
  reportRoutes(app, ports, now);
  const desk = new Desk(ports, now);
  const conversations = new Conversations(ports, desk, now);
  const language = () => languageOf(ports.knowledge, undefined).catch(() => 'en');
  intakeRoutes(app, ports, now, intakeBot(conversations, language));
  portalRoutes(app, desk, options.links ?? {});
  assistantRoutes(app, conversations, ports.knowledge);
  await app.register(formbody);
  portalPages(app, ports, desk, options.links ?? {});
  helpPages(app, ports, conversations, now, options.forum);
  loginPages(app, ports);
  dashboardRoutes(app, ports, now);
  checklistRoutes(app, ports, now);
  statusRoutes(app, ports, now);
  serviceRoutes(app, ports, [registry, ...(options.registries ?? [])]);
  await app.ready();
  return app;
}

/** Listens, by default for this machine alone. Returns the address. */
export async function listen(app: FastifyInstance, port: number, host = '127.0.0.1'): Promise<string> {
  return app.listen({ port, host });
}
