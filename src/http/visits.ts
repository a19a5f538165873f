/** The visit of a reader: an id that the server makes, in a cookie for browsers and a header for programs. */
import { randomUUID } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The header in which programs send it, and get it. */
export const VISIT_HEADER = 'x-tocsin-session';
export const VISIT_COOKIE = 'tocsin_session';
const VISIT_ID = /^[A-Za-z0-9_-]{8,64}$/;
const VISIT_SECONDS = 24 * 3_600;

/** A cookie of a request. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[name];
}

/** Adds a cookie to an answer: not for scripts, not for other sites, encrypted on the way where the request was. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  maxAge: number,
): void {
  const text = stringifySetCookie({
    name,
    value,
    maxAge,
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: request.protocol === 'https',
  });
  const before = reply.getHeader('set-cookie');
  void reply.header('set-cookie', before === undefined ? text : [before].flat().map(String).concat(text));
}

/** The visit a request belongs to; one without gets a new one. */
export function visitOf(request: FastifyRequest, reply: FastifyReply): string {
  const given = request.headers[VISIT_HEADER] ?? cookieOf(request, VISIT_COOKIE);
  const known = typeof given === 'string' && VISIT_ID.test(given);
  const id = known ? given : randomUUID();
  if (!known) setCookie(request, reply, VISIT_COOKIE, id, VISIT_SECONDS);
  void reply.header(VISIT_HEADER, id);
  return id;
}
