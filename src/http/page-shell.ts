/** What every page of the portal shares: its frame, the form's token against other sites, and how failures look. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ERRORS, TocsinError, type ErrorCode } from '../domain/errors';
import { renderPage, WEB_CSP } from '../web/render';
import { operation } from './operation';
import type { HttpPorts } from './ports';
import { cookieOf, setCookie } from './visits';

const CSRF_COOKIE = 'tocsin_form';
const HOUR_S = 3_600;

/** A form as browsers send it. */
export type Form = Record<string, string>;
const form = z.record(z.string(), z.string().max(100_000));

/** One page under way. */
export interface PageContext {
  request: FastifyRequest;
  reply: FastifyReply;
  params: Record<string, string>;
  query: Record<string, string>;
  form: Form;
  /** Answers with a page. `status` is 200 when left out. */
  show: (name: string, vars: Record<string, unknown>, status?: number) => Promise<FastifyReply>;
  /** Sends the browser on, so that reloading repeats nothing. */
  go: (url: string) => FastifyReply;
}

export interface Page {
  method: 'GET' | 'POST';
  url: string;
  operationId: string;
  summary: string;
  /** Names in the address. */
  params?: readonly string[];
  query?: readonly string[];
  handler(context: PageContext): Promise<unknown>;
}

/** The token of a browser's forms; one that has none gets one. */
function formToken(request: FastifyRequest, reply: FastifyReply): string {
  const known = cookieOf(request, CSRF_COOKIE);
  if (known !== undefined && /^[\w-]{20,60}$/.test(known)) return known;
  const made = randomBytes(24).toString('base64url');
  setCookie(request, reply, CSRF_COOKIE, made, HOUR_S * 12);
  return made;
}

/** Whether a form was made by a page of ours for this browser. */
function ours(request: FastifyRequest, given: string | undefined): boolean {
  const known = Buffer.from(cookieOf(request, CSRF_COOKIE) ?? '');
  const said = Buffer.from(given ?? '');
  return known.length > 0 && known.length === said.length && timingSafeEqual(known, said);
}

function html(reply: FastifyReply, body: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', WEB_CSP)
    .header('x-frame-options', 'DENY')
    .header('referrer-policy', 'same-origin')
    .send(body);
}

/** Adds a page. Failures are pages as well, in the words of the catalogue. */
export function pageRoute(app: FastifyInstance, ports: HttpPorts, page: Page): void {
  const shape = (names: readonly string[], optional: boolean, about: string) =>
    z.object(
      Object.fromEntries(
        names.map((name) => [
          name,
          optional ? z.string().max(2_000).optional().describe(about) : z.string().max(200).describe(about),
        ]),
      ),
    );
  operation(app, {
    method: page.method,
    url: page.url,
    operationId: page.operationId,
    summary: page.summary,
    tag: 'portal',
    ...(page.params ? { params: shape(page.params, false, 'What the page is about') } : {}),
    ...(page.query ? { querystring: shape(page.query, true, 'What was asked for') } : {}),
    ...(page.method === 'POST' ? { body: form, consumes: ['application/x-www-form-urlencoded'] } : {}),
    answers: {
      200: { description: 'HTML', schema: z.string(), types: ['text/html'] },
      303: { description: 'Elsewhere', schema: z.string(), types: ['text/html'] },
    },
    errors: ['ESC_UNAUTHENTICATED', 'ESC_NOT_FOUND', 'ESC_NOT_PERMITTED', 'ESC_STORE_UNAVAILABLE'],
    handler: async ({ request, reply, params, query, body }) => {
      const context = contextOf(ports, request, reply);
      try {
        const given = (body ?? {}) as Form;
        if (page.method === 'POST' && !ours(request, given['csrf']))
          throw new TocsinError(
            'ESC_NOT_PERMITTED',
            'This form is too old. Go back, reload the page, and send it again.',
          );
        return await page.handler({ ...context, params: (params ?? {}) as Form, query: plain(query), form: given });
      } catch (error) {
        const { code, message } = error as { code?: unknown; message?: string };
        if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) throw error;
        return fail(context, code as ErrorCode, message ?? '');
      }
    },
  });
}

const plain = (query: unknown): Form =>
  Object.fromEntries(
    Object.entries((query ?? {}) as Record<string, unknown>).filter(([, value]) => typeof value === 'string'),
  ) as Form;

function contextOf(ports: HttpPorts, request: FastifyRequest, reply: FastifyReply) {
  return {
    request,
    reply,
    async show(name: string, vars: Record<string, unknown>, status = 200) {
      const site = await ports.knowledge.tree().then(
        (tree) => tree.title,
        () => 'Support',
      );
      const frame = { site, title: site, customer: request.customer ?? null, csrf: formToken(request, reply) };
      return html(reply.code(status), renderPage(name, { ...frame, ...vars }));
    },
    go: (url: string) => reply.code(303).header('location', url).type('text/html; charset=utf-8').send(''),
  };
}

async function fail(
  { show, reply }: Pick<PageContext, 'show' | 'reply'>,
  code: ErrorCode,
  message: string,
): Promise<FastifyReply> {
  const { status, meaning } = ERRORS[code];
  if (code === 'ESC_UNAUTHENTICATED') {
    void reply.header('www-authenticate', 'Bearer realm="tocsin"');
    return show(
      'problem',
      { title: 'Please log in', detail: 'This page is for customers who are logged in.', login: true },
      status,
    );
  }
  const title = status === 404 ? 'Not found' : status === 403 ? 'Not allowed' : 'That did not work';
  return show('problem', { title, detail: status < 500 ? message : meaning }, status);
}
