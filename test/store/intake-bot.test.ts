/** A chat over HTTP with the store as it is; only the ticket engine is away, so that openings wait for the sweeper. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TicketClient } from '../../src/client/tickets';
import { TocsinError } from '../../src/domain/errors';
import { buildServer } from '../../src/http/server';
import { wire } from '../../src/http/wire';
import { loadPack } from '../../src/policies/load';
import { publishPack } from '../../src/policies/publish';
import { createApiKey } from '../../src/store/api-keys';
import { savePolicyVersion } from '../../src/store/policy-versions';
import { findTicket } from '../../src/store/ticket';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const packs = mkdtempSync(join(tmpdir(), 'tocsin-packs-'));
afterAll(() => rmSync(packs, { recursive: true, force: true }));
// Monday at ten in New York.
const NOW = Date.parse('2026-11-30T15:00:00Z');
const away = () => Promise.reject(new TocsinError('ESC_ENGINE_UNAVAILABLE', 'away'));

test('the assistant answers a chat, hands over with one ticket, and the store has all of it [SEC-HD-209] [SEC-HD-210]', async () => {
  const loaded = await loadPack(join(__dirname, '../../policies/secureai'));
  const { hash } = await publishPack(loaded, packs);
  await savePolicyVersion(
    store.pool,
    {
      ...{ hash, packId: loaded.pack.id, version: '1', body: loaded.pack, templates: loaded.templates },
      ...{ publishedAt: NOW, publishedBy: 'test' },
    },
    { waive: 'test' },
  );
  const { key } = await createApiKey(store.pool, { name: 'widget', role: 'intake', groups: [] });
  const tickets = { start: away, command: away, timeline: away } as unknown as TicketClient;
  const app = await buildServer(wire({ pool: store.pool, temporal: {} as Client, tickets, packs }), { now: () => NOW });
  let n = 0;
  const say = async (message: string) => {
    const payload = {
      ...{ app_id: 'secureai_app_id', user_id: 'u1', name: 'Jane', email: 'jane@example.com' },
      ...{ company: { plan: 'starter' }, conversation_id: 'c1', message, message_id: `m${++n}` },
    };
    const headers = { authorization: `Bearer ${key}` };
    return (await app.inject({ method: 'POST', url: '/v1/intake/chat', headers, payload })).json();
  };
  expect(await say("I can't upload my video")).toMatchObject({ does: 'answered', by: 'bot' });
  expect((await store.pool.query('select 1 from ticket')).rowCount).toBe(0);
  const taken = await say('I want a human');
  expect(taken).toMatchObject({ does: 'handed', queue: 'chat' });
  const row = await findTicket(store.pool, taken.ticket);
  expect(row?.opening).toMatchObject({ externalId: 'intercom/c1', fields: { chat_with: 'human', chat_queue: 'chat' } });
  expect(row?.opening.body).toContain("I can't upload my video");
  expect((await store.pool.query('select 1 from ticket')).rowCount).toBe(1);
  expect((await store.pool.query('select ticket_id from conversation')).rows).toEqual([{ ticket_id: row?.id }]);
  await app.close();
});
