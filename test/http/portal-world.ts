/** A server with two customers, and the way a browser sends forms. */
import type { LightMyRequestResponse } from 'fastify';
import { BOB, JANE, ticketFor, tokenFor } from './customers';
import { api, NOW, type Api } from './support';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The server. */
export async function portal(): Promise<
  Api & { as(claims: object, extra?: object): Promise<Record<string, string>>; cookie(claims: object): Promise<string> }
> {
  const server = await api();
  server.world.own = [ticketFor(JANE.email, '10001'), ticketFor(BOB.email, '10002', { subject: "Bob's secret" })];
  server.world.accounts = {
    customer_123: {
      profile: { company: 'Example Corp' },
      usage: { analyses_this_month: 1234 },
      billing: { next_invoice: '2026-04-01', amount: '99 USD' },
    },
    customer_9: { profile: { company: 'Other Inc' }, usage: { analyses_this_month: 7 }, billing: { amount: '7 USD' } },
  };
  const token = (claims: object, extra: object = {}) =>
    tokenFor(claims as Record<string, unknown>, { now: NOW, ...extra });
  return {
    ...server,
    as: async (claims, extra) => ({ authorization: `Bearer ${await token(claims, extra)}` }),
    cookie: async (claims) => `tocsin_portal=${await token(claims)}`,
  };
}
export type Portal = Awaited<ReturnType<typeof portal>>;

/** Reads a page, and sends a form of it as the browser would: with its hidden fields and cookies. */
export async function send(
  server: Portal,
  from: string,
  to: string,
  fields: Record<string, string>,
  cookie: string,
): Promise<LightMyRequestResponse> {
  const page = await server.ask('GET', from, { headers: { cookie } });
  const set = [page.headers['set-cookie'] ?? []].flat().map((one) => String(one).split(';')[0]);
  const hidden = Object.fromEntries(
    [...page.body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  const body = new URLSearchParams({ ...hidden, ...fields } as Record<string, string>).toString();
  return server.ask('POST', to, { headers: { ...FORM, cookie: [cookie, ...set].join('; ') }, body });
}
