/** The customer portal's pages. They work without scripts; htmx only saves a reload where it is there. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { Json } from '../domain/policy/types';
import { ASSETS } from '../web/render';
import type { Desk } from './desk';
import { operation } from './operation';
import { pageRoute, type Page } from './page-shell';
import { accountOf, customerOf, type AccountLinks } from './portal-routes';
import type { HttpPorts } from './ports';
import { visitOf } from './visits';

/** Adds the pages of tickets and the account, and the files that pages refer to. */
export function portalPages(app: FastifyInstance, ports: HttpPorts, desk: Desk, links: AccountLinks): void {
  const page = (one: Page): void => pageRoute(app, ports, one);

  page({
    method: 'GET',
    url: '/portal',
    operationId: 'portalHome',
    summary: 'Own tickets, and the way to everything else',
    handler: async ({ request, show }) =>
      show('home', { at: 'tickets', title: 'My tickets', tickets: await desk.list(customerOf(request)) }),
  });

  page({
    method: 'GET',
    url: '/portal/tickets/new',
    operationId: 'portalNewTicket',
    summary: 'The form of a new ticket',
    query: ['article', 'subject'],
    handler: async ({ request, query, show }) => {
      customerOf(request);
      const article = await titleOf(ports, query['article']);
      return show('new-ticket', {
        ...{ at: 'new', title: 'New ticket', article, key: randomUUID(), body: '' },
        subject: query['subject'] ?? (article ? `Question about “${article.title}”` : ''),
      });
    },
  });

  page({
    method: 'POST',
    url: '/portal/tickets',
    operationId: 'portalSubmit',
    summary: 'Hand in a ticket',
    handler: async ({ request, reply, form, show, go }) => {
      const customer = customerOf(request);
      const subject = (form['subject'] ?? '').trim().slice(0, 300);
      const article = await titleOf(ports, form['article']);
      const key = /^[\w-]{8,64}$/.test(form['key'] ?? '') ? (form['key'] ?? '') : randomUUID();
      const again = (error: string) =>
        show(
          'new-ticket',
          { at: 'new', title: 'New ticket', error, article, key, subject, body: form['body'] ?? '' },
          422,
        );
      if (subject === '') return again('Please say in a few words what it is about.');
      const visit = { id: visitOf(request, reply), channel: 'portal' };
      try {
        const body = form['body'] ?? '';
        const opened = await desk.submit(customer, { subject, body, article: article?.slug, key }, visit);
        return go(`/portal/tickets/${opened.number}?opened=1`);
      } catch (error) {
        if (error instanceof TocsinError && error.code === 'ESC_IDEMPOTENCY_CONFLICT')
          return again('This form was sent before with other words. Please open a new one.');
        throw error;
      }
    },
  });

  page({
    method: 'GET',
    url: '/portal/tickets/:id',
    operationId: 'portalTicket',
    summary: 'A ticket of one’s own',
    params: ['id'],
    query: ['opened', 'sent'],
    handler: async ({ request, params, query, show }) => {
      const ticket = await desk.ticket(customerOf(request), params['id'] ?? '');
      const fields = Object.entries(ticket.fields).flatMap(([name, value]) =>
        isPlain(value) ? [[name, String(value)]] : [],
      );
      return show('ticket', {
        ...{ at: 'tickets', title: `#${ticket.number}`, ticket, fields, key: randomUUID() },
        ...{ opened: query['opened'] === '1', sent: query['sent'] === '1' },
      });
    },
  });

  page({
    method: 'POST',
    url: '/portal/tickets/:id/messages',
    operationId: 'portalWrite',
    summary: 'Write to support about a ticket',
    params: ['id'],
    handler: async ({ request, params, form, go }) => {
      const id = params['id'] ?? '';
      const text = (form['text'] ?? '').trim();
      const key = /^[\w-]{8,64}$/.test(form['key'] ?? '') ? (form['key'] ?? '') : randomUUID();
      if (text !== '') await desk.write(customerOf(request), id, text, key);
      return go(`/portal/tickets/${encodeURIComponent(id)}${text === '' ? '' : '?sent=1'}`);
    },
  });

  page({
    method: 'GET',
    url: '/portal/account',
    operationId: 'portalAccount',
    summary: 'Profile, usage and billing',
    handler: async ({ request, show }) => {
      const { profile, usage, billing, links: elsewhere } = await accountOf(desk, customerOf(request), links);
      return show('account', {
        ...{ at: 'account', title: 'Account', links: elsewhere },
        ...{ profile: plainFacts(profile), usage: plainFacts(usage), billing: plainFacts(billing) },
      });
    },
  });

  // The address that customers are given (https://…/tickets/12345).
  page({
    method: 'GET',
    url: '/tickets/:id',
    operationId: 'portalTracking',
    summary: 'The way to a ticket from a mail',
    params: ['id'],
    handler: async ({ params, go }) => go(`/portal/tickets/${encodeURIComponent(params['id'] ?? '')}`),
  });

  operation(app, {
    method: 'GET',
    url: '/portal/assets/:file',
    operationId: 'portalAsset',
    summary: 'Styles and scripts of the pages',
    tag: 'portal',
    params: z.object({ file: z.string().max(100).describe('Its name') }),
    answers: { 200: { description: 'The file', schema: z.unknown(), types: ['text/css', 'text/javascript'] } },
    errors: ['ESC_NOT_FOUND'],
    handler: async ({ params, reply }) => {
      const asset = Object.hasOwn(ASSETS, params.file) ? ASSETS[params.file] : undefined;
      if (!asset) throw new TocsinError('ESC_NOT_FOUND', `there is no file "${params.file}"`);
      const { type, body } = asset();
      // Past the schemas: it is no JSON.
      return reply
        .serializer((text: string) => text)
        .type(type)
        .header('cache-control', 'public, max-age=3600')
        .send(body.toString('utf8'));
    },
  });
}

const isPlain = (value: Json): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Facts that are shown as they are, in their order. */
const plainFacts = (facts: Record<string, Json> | null): [string, string][] =>
  Object.entries(facts ?? {}).flatMap(([name, value]): [string, string][] =>
    isPlain(value) ? [[name, String(value)]] : [],
  );

/** An article that a form refers to; undefined for one that is not there. */
async function titleOf(
  ports: HttpPorts,
  slug: string | undefined,
): Promise<{ slug: string; title: string } | undefined> {
  if (slug === undefined || slug === '') return undefined;
  const articles = await ports.knowledge.articles().catch(() => []);
  const found = articles.find((one) => one.slug === slug);
  return found && { slug, title: found.title };
}
