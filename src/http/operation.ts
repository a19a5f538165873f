/** One way to declare a route: its schemas, its problems, its security, and its place in the OpenAPI document. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ErrorCode } from '../domain/errors';
import { accessOf } from './auth';
import { problemResponses } from './problem';

/** A successful answer: JSON of a schema, or another media type. */
export interface Answer {
  description: string;
  schema: z.ZodType;
  /** Default application/json. */
  types?: string[];
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Operation<P, Q, B, H> {
  method: 'GET' | 'POST';
  url: string;
  operationId: string;
  summary: string;
  description?: string;
  tag:
    | 'tickets'
    | 'decisions'
    | 'rehearsals'
    | 'service'
    | 'status'
    | 'knowledge'
    | 'people'
    | 'intake'
    | 'reports'
    | 'portal';
  params?: P;
  querystring?: Q;
  body?: B;
  headers?: H;
  /** A request without a body is one with an empty object. */
  bodyOptional?: boolean;
  /** Media types of the body; default application/json. */
  consumes?: string[];
  answers: Record<number, Answer>;
  /** Codes beside those that every route of its kind has. */
  errors?: ErrorCode[];
  /** Not counted by the rate limit. */
  unlimited?: boolean;
  handler(asked: {
    params: Out<P>;
    query: Out<Q>;
    body: Out<B>;
    headers: Out<H>;
    request: FastifyRequest;
    reply: FastifyReply;
  }): Promise<unknown>;
}

const ROLES: Readonly<Record<string, string>> = {
  public: 'Public.',
  visitor: 'Public; a customer who is logged in gets more.',
  customer: 'Customers who are logged in.',
};

/** Adds a route. What it answers is held against its schema: what the schema does not name does not leave. */
export function operation<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  H extends z.ZodType | undefined = undefined,
>(app: FastifyInstance, def: Operation<P, Q, B, H>): void {
  const {
    method,
    url,
    operationId,
    summary,
    description,
    tag,
    params,
    querystring,
    body,
    headers,
    consumes,
    unlimited = false,
  } = def;
  const access = accessOf(method, url);
  const closed = access !== 'public' && access !== 'visitor';
  const codes = new Set<ErrorCode>(['ESC_INTERNAL', ...(def.errors ?? [])]);
  if (!unlimited) codes.add('ESC_RATE_LIMITED');
  if (closed)
    for (const code of ['ESC_UNAUTHENTICATED', 'ESC_NOT_PERMITTED', 'ESC_STORE_UNAVAILABLE'] as const) codes.add(code);
  if (params ?? querystring ?? body ?? headers) codes.add('ESC_REQUEST_INVALID');
  if (body) codes.add('ESC_BODY_TOO_LARGE');
  const answers = Object.fromEntries(
    Object.entries(def.answers).map(([status, { description: said, schema, types = ['application/json'] }]) => [
      status,
      { description: said, content: Object.fromEntries(types.map((type) => [type, { schema }])) },
    ]),
  );
  const roles = ROLES[String(access)] ?? `Roles: ${[access].flat().join(', ')}.`;
  app.route({
    method: method,
    url,
    ...(def.bodyOptional ? { preValidation: async (request: FastifyRequest) => void (request.body ??= {}) } : {}),
    ...(unlimited ? { config: { rateLimit: false } } : {}),
    schema: {
      operationId,
      summary,
      description: description === undefined ? roles : `${description} ${roles}`,
      tags: [tag],
      security: closed ? [access === 'customer' ? { customer: [] } : { apiKey: [] }] : [],
      ...(consumes ? { consumes } : {}),
      ...(params ? { params } : {}),
      ...(querystring ? { querystring } : {}),
      ...(body ? { body } : {}),
      ...(headers ? { headers } : {}),
      response: { ...problemResponses([...codes]), ...answers },
    },
    handler: async (request, reply) =>
      def.handler({
        params: request.params as Out<P>,
        query: request.query as Out<Q>,
        body: request.body as Out<B>,
        headers: request.headers as Out<H>,
        request,
        reply,
      }),
  });
}
