/** Customers for tests: a key pair of an identity provider, tokens, and what the store knows of them. */
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { JsonObject } from '../../src/domain/policy/types';
import type { PublicTicket } from '../../src/domain/ticket/public-view';
import type { AccountPort } from '../../src/http/accounts';
import { identityPort, type IdentityPort } from '../../src/http/identity';
import type { ConversationPort, PortalPort } from '../../src/http/portal-ports';
import { TocsinError } from '../../src/domain/errors';
import type { Conversation } from '../../src/store/conversations';
import type { OwnTicket } from '../../src/store/portal';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const JWKS = { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'test' }] };

export const JANE = { sub: 'customer_123', email: 'jane@example.com', name: 'Jane <b>Smith</b>', plan: 'professional' };
export const BOB = { sub: 'customer_9', email: 'bob@other.example', name: 'Bob', plan: 'starter' };

/** A token as the identity provider would sign it; `by: 'stranger'` is signed by somebody else. */
export const tokenFor = (
  claims: Record<string, unknown>,
  { now, exp = now + 3_600_000, by = 'provider' }: { now: number; exp?: number; by?: 'provider' | 'stranger' },
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setIssuer('https://id.example')
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.floor(exp / 1_000))
    .sign(by === 'provider' ? privateKey : stranger);

export interface CustomerWorld {
  now: number;
  own: (OwnTicket & { email: string; view: PublicTicket })[];
  accounts: Record<string, JsonObject>;
  conversations: Map<string, Conversation>;
  waiting: number;
}

export const identityOf = (world: CustomerWorld): IdentityPort =>
  identityPort({ jwks: JWKS, issuer: 'https://id.example' }, () => world.now);

export const portalOf = (world: CustomerWorld): PortalPort => ({
  own: async (email) => world.own.filter((one) => one.email === email.toLowerCase()),
  find: async (email, ticket) =>
    world.own.find((one) => one.email === email.toLowerCase() && (one.number === ticket || one.id === ticket)),
  view: async (id) => {
    const found = world.own.find((one) => one.id === id);
    if (!found) throw new TocsinError('ESC_TICKET_NOT_FOUND', `there is no ${id}`);
    return found.view;
  },
});

export const conversationsOf = (world: CustomerWorld): ConversationPort => ({
  find: async (id) => world.conversations.get(id),
  save: async (one) => {
    const known = world.conversations.get(one.id);
    if ((known?.version ?? 0) !== one.version) throw new TocsinError('ESC_IDEMPOTENCY_CONFLICT', 'meanwhile');
    world.conversations.set(one.id, { ...one, version: one.version + 1 });
  },
  waiting: async () => world.waiting,
});

export const accountsOf = (world: CustomerWorld): AccountPort => ({ facts: async ({ id }) => world.accounts[id] });

/** A ticket of somebody. */
export const ticketFor = (
  email: string,
  number: string,
  over: Partial<PublicTicket> = {},
): CustomerWorld['own'][number] => {
  const view: PublicTicket = {
    number,
    subject: 'Upload <script>alert(1)</script> fails',
    status: 'in_progress',
    priority: 'P2',
    openedAt: Date.parse('2026-03-02T09:00:00Z'),
    nextUpdate: Date.parse('2026-03-02T12:00:00Z'),
    fields: { owner: 'Ada' },
    updates: [{ at: Date.parse('2026-03-02T09:30:00Z'), from: 'support', text: 'We are looking at it <i>now</i>' }],
    ...over,
  };
  const { subject, status, priority, openedAt } = view;
  return {
    id: number === '10001' ? 'TICK-20260302-001' : `TICK-20260302-${number}`,
    number,
    subject,
    status,
    priority,
    openedAt,
    email,
    view,
  };
};
