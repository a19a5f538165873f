/** Authentication and authorisation of every request, before its body is read. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TocsinError } from '../domain/errors';
import { isSigned } from '../intake/signature';
import { COMMAND_ACCESS, commandOf, ROUTE_ACCESS, SIGNED_ROUTES, type Access, type RouteName } from './access';
import { tokenOf, type Customer, type IdentityPort } from './identity';
import { bearerOf, type KeyRing } from './keys';
import type { ApiKey } from './ports';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; undefined on public routes. */
    apiKey: ApiKey | undefined;
    /** The customer who is logged in, on routes of customers and visitors. */
    customer: Customer | undefined;
  }
}

/** The access rule of a route; a route without one must not exist. */
export function accessOf(method: string, url: string): Access {
  const name = `${method} ${url}`;
  if (!Object.hasOwn(ROUTE_ACCESS, name)) throw new Error(`the route ${name} has no row in src/http/access.ts`);
  return ROUTE_ACCESS[name as RouteName];
}

/** Whose requests are counted together: a known key's wherever it calls from, all others' by address. */
export function limitKeyOf(keys: KeyRing, request: FastifyRequest): string {
  const key = keys.known(bearerOf(request.headers.authorization));
  return key ? `key:${key.id}` : `address:${request.ip}`;
}

/**
 * Installs the check. It runs after the rate limit (so that guessing keys is slow and the store is not flooded) and before the
 * body is read (so that nobody unknown sends us 256 KiB). Errors: ESC_UNAUTHENTICATED, ESC_NOT_PERMITTED.
 */
export function authenticate(app: FastifyInstance, keys: KeyRing, identity?: IdentityPort): void {
  app.decorateRequest('apiKey', undefined);
  app.decorateRequest('customer', undefined);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) accessOf(one, url);
  });
  app.addHook('preParsing', async (request, reply) => {
    if (request.is404) return;
    const access = accessOf(request.method, request.routeOptions.url ?? '');
    if (access === 'public') return;
    if (access === 'visitor' || access === 'customer') return visitor(request, access, keys, identity);
    const page = request.routeOptions.url?.startsWith('/dashboard') === true;
    const secret =
      bearerOf(request.headers.authorization) ?? (page ? basicOf(request.headers.authorization) : undefined);
    if (page && secret === undefined) void reply.header('www-authenticate', 'Basic realm="Tocsin", charset="UTF-8"');
    if (secret === undefined && maySign(request)) return;
    const key = secret === undefined ? undefined : await keys.verify(secret);
    if (!key) throw new TocsinError('ESC_UNAUTHENTICATED', 'give a valid API key as "Authorization: Bearer tocsin_…"');
    request.apiKey = key;
    if (!access.includes(key.role)) {
      throw new TocsinError(
        'ESC_NOT_PERMITTED',
        `a key of the role "${key.role}" may not ${request.method} ${request.routeOptions.url}; it takes ${access.join(' or ')}`,
      );
    }
    mayCommand(request, key);
  });
}

/** On routes of customers: who is logged in. On those of visitors a key may stand for them, and nobody has to be there. */
async function visitor(
  request: FastifyRequest,
  access: 'visitor' | 'customer',
  keys: KeyRing,
  identity: IdentityPort | undefined,
): Promise<void> {
  const secret = bearerOf(request.headers.authorization);
  if (access === 'visitor' && secret?.startsWith('tocsin_')) request.apiKey = await keys.verify(secret);
  const token = tokenOf(request, identity);
  if (token !== undefined) {
    const verified = identity?.verify(token);
    // Pages that need nobody stand while the identity provider does not answer.
    request.customer = await (access === 'visitor' && secret === undefined
      ? verified?.catch(() => undefined)
      : verified);
  }
  // A token that is not valid is no visitor: whoever sent it believes to be logged in. A cookie that ended is a visitor's.
  const refused = secret !== undefined && !request.apiKey && !request.customer;
  if (refused || (access === 'customer' && !request.customer))
    throw new TocsinError('ESC_UNAUTHENTICATED', 'log in: give a valid token of the identity provider as the bearer');
}

/** Whether the request brings a signature, or RingCentral's question whether the address is ours, to a route that takes one. */
function maySign(request: FastifyRequest): boolean {
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  return SIGNED_ROUTES.has(route) && (isSigned(request.headers) || request.headers['validation-token'] !== undefined);
}

/** The password of basic authentication: how a browser gives its key to a page. Pages only read. */
function basicOf(header: string | undefined): string | undefined {
  const given = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1];
  const text = given === undefined ? '' : Buffer.from(given, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 || at === text.length - 1 ? undefined : text.slice(at + 1);
}

/** On the commands' route: whether the key's role has that command. One that does not exist is refused by the handler. */
function mayCommand(request: FastifyRequest, key: ApiKey): void {
  const written = (request.params as { command?: string }).command;
  const name = written === undefined ? undefined : commandOf(written);
  if (name === undefined || COMMAND_ACCESS[name].includes(key.role)) return;
  throw new TocsinError(
    'ESC_NOT_PERMITTED',
    `a key of the role "${key.role}" may not give the command ${name}; it takes ${COMMAND_ACCESS[name].join(' or ')}`,
  );
}

/** The key of an authenticated request. */
export function keyOf(request: FastifyRequest): ApiKey {
  if (!request.apiKey) throw new TocsinError('ESC_UNAUTHENTICATED', 'this needs an API key');
  return request.apiKey;
}
