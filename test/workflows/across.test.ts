/** Tickets beside each other on the real stack: API, PostgreSQL, Temporal, activities, dispatcher. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '../../src/domain/policy/types';
import { buildServer } from '../../src/http/server';
import { wire } from '../../src/http/wire';
import { createApiKey } from '../../src/store/api-keys';
import { savePolicyVersion, setDefaultPack } from '../../src/store/policy-versions';
import { markStarted } from '../../src/store/ticket';
import { openTicket } from '../../src/store/opening';
import { putMessages } from '../../src/store/ticket-messages';
import { createActivities } from '../../src/worker/activities';
import { startDispatcher, type Dispatcher } from '../../src/worker/dispatcher';
import { storeDatabase } from '../store/postgres';
import { compilePackText } from '../support/pack';
import { eventually, OPENING, workflowBench } from '../support/worker';

const PACK = compilePackText(`
pack: across
catch_all: boss
people: { boss: { email: boss@example.com } }
fields: { issue_key: { text: optional }, resolution_of_lead: { text: optional } }
kinds: { problem: { title: Problems, fields: [issue_key] } }
facts:
  same: { tickets: "other.issue_key == ticket.issue_key && !other.closed", count: distinct customer.id, watch: true }
tasks:
  resolve_too: { opens: told(lead_resolved), for: boss, choices: [resolve, keep], while: "ticket.status != 'resolved'" }
rules:
  several: { on: fact(same), when: fact.same.value >= 2, once: ticket, do: [{ tag: several }, { open_ticket: { kind: problem, key: =ticket.issue_key, fields: { issue_key: =ticket.issue_key }, link: problem } }] }
  over: { on: resolved, when: known(ticket.members), do: [{ tell: { to: =ticket.members, event: lead_resolved, with: { resolution: =ticket.resolution } } }] }
  heard: { on: told(lead_resolved), do: [{ set: { resolution_of_lead: =event.resolution } }] }
  agreed: { on: task_done(resolve_too), when: "event.choice == 'resolve'", do: [{ set: { resolution: =ticket.resolution_of_lead } }, { command: resolve }] }
`);

const QUIET = { info: () => undefined, warn: () => undefined };

describe('tickets beside each other', () => {
  const store = storeDatabase({ apart: true });
  const bench = workflowBench();
  let api: FastifyInstance;
  let key = '';
  let dispatcher: Dispatcher;
  let made: ReturnType<typeof createActivities>;
  let worker: { stop(): Promise<void> };

  beforeAll(async () => {
    const hash = bench.publish(PACK);
    writeFileSync(join(bench.packs, `${hash}.templates.json`), '{}');
    const version = { hash, packId: PACK.id, version: '1', body: PACK, templates: {}, publishedAt: Date.now() };
    await savePolicyVersion(store.pool, version);
    await setDefaultPack(store.pool, PACK.id);
    // The real activities in the recorder's place, over the tickets client of the queue that the worker gets.
    const tickets = { start: (...args: Parameters<typeof bench.tickets.start>) => bench.tickets.start(...args) };
    made = createActivities(store.pool, bench.packs, {}, QUIET, { tickets, wake: () => dispatcher.wake() });
    worker = await bench.work({ activities: () => made.activities } as never);
    dispatcher = startDispatcher(store.pool, bench.tickets, () => undefined);
    api = await buildServer(
      wire({ pool: store.pool, temporal: bench.client, tickets: bench.tickets, packs: bench.packs }),
    );
    ({ key } = await createApiKey(store.pool, { name: 'desk', role: 'admin' }));
  });
  afterAll(async () => {
    await dispatcher.stop();
    await api.close();
    await worker.stop();
    made.close();
  });

  const ask = async (method: 'GET' | 'POST', url: string, payload?: object): Promise<JsonObject> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await api.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.body}`);
    return response.json<JsonObject>();
  };
  const openOne = async (name: string, issue?: string): Promise<string> => {
    const customer = { name, email: `${name}@example.com`, plan: 'enterprise' };
    const fields = issue === undefined ? {} : { fields: { issue_key: issue } };
    return String((await ask('POST', '/v1/tickets', { ...OPENING, customer, ...fields }))['id']);
  };
  const give = (id: string, command: string, fields: JsonObject = {}) =>
    ask('POST', `/v1/tickets/${id}/commands/${command}`, { ...fields, by: 'boss' });
  const show = async (id: string): Promise<JsonObject> =>
    (await ask('GET', `/v1/tickets/${id}`))['ticket'] as JsonObject;
  const rows = async (id: string): Promise<JsonObject[]> =>
    (await ask('GET', `/v1/tickets/${id}/timeline`)) as unknown as JsonObject[];
  const event = (id: string, type: string, subject?: string) =>
    eventually(`${type} on ${id}`, async () =>
      (await rows(id)).find((row) => row['type'] === type && (subject === undefined || row['subject'] === subject)),
    );

  test('two tickets of one issue learn of each other, open one entry, are linked, and the lead takes the member along', async () => {
    const issue = `issue-${randomUUID()}`;
    const a = await openOne('ann', issue);
    const b = await openOne('bea');
    expect((await event(a, 'fact', 'same'))['data']).toMatchObject({ value: 1 });
    const set = await give(b, 'set', { issue_key: issue });
    for (const id of [a, b])
      await eventually(`the tag on ${id}`, async () => ((await show(id))['tags'] as string[]).includes('several'));
    const fact = (await rows(a)).filter((row) => row['type'] === 'fact').at(-1);
    expect(fact?.['data']).toMatchObject({ value: 2, members: [b] });
    // At the instant of the change on the other ticket, not when it was told.
    const changed = (await rows(b)).find((row) => row['type'] === 'changed' && row['subject'] === 'issue_key');
    expect(fact?.['at']).toBe(changed?.['at']);
    expect(set['id']).toBe(b);

    const links = await eventually('both linked to the one entry', async () => {
      const found = await Promise.all(
        [a, b].map(async (id) => ((await show(id))['links'] ?? []) as { to: string; kind: string }[]),
      );
      return found.every((list) => list.length === 1) && found.map((list) => list[0]?.to);
    });
    expect(new Set(links).size).toBe(1);
    const [entry = ''] = links;
    const register = await eventually('the register', async () => {
      const page = await ask('GET', '/v1/registers/problem');
      return (page['entries'] as JsonObject[]).find((one) => one['id'] === entry);
    });
    expect(register).toMatchObject({ key: issue, values: { issue_key: issue } });
    await eventually('the entry knows both', async () => {
      const known = ((await show(entry))['links'] ?? []) as { to: string }[];
      return (
        known
          .map((one) => one.to)
          .sort()
          .join() === [a, b].sort().join()
      );
    });

    expect((await event(entry, 'told', 'wanted'))['data']).toMatchObject({ fields: { issue_key: issue } });
    await give(a, 'link', { to: b, kind: 'member' });
    await eventually('the member knows its lead', async () => (await show(b))['lead'] === a);
    expect((await show(a))['members']).toEqual([b]);
    await give(a, 'resolve', { resolution: 'Restarted' });
    const told = await event(b, 'told', 'lead_resolved');
    expect(told['data']).toMatchObject({ from: a, resolution: 'Restarted' });
    expect((await show(b))['status']).not.toBe('resolved');
    await give(b, 'answer', { task: 'resolve_too', choice: 'resolve' });
    expect(await show(b)).toMatchObject({ status: 'resolved', resolution: 'Restarted' });
    const { rows: left } = await store.pool.query<{ n: number }>(
      'select count(*) as n from ticket_message where outcome is null',
    );
    expect(left[0]?.n).toBe(0);
  });

  test('a worker killed between commit and signal, and between signal and mark, loses nothing and repeats nothing', async () => {
    await dispatcher.stop();
    const tickets: string[] = [];
    for (let n = 0; n < 12; n++) {
      const { row } = await openTicket(store.pool, {
        opening: { ...OPENING, customer: { name: `c${n}`, email: `c${n}@example.com`, plan: 'starter' } },
        ...{ packId: PACK.id, packHash: bench.publish(PACK), receivedAt: Date.now(), now: Date.now() },
      });
      await bench.tickets.start(row.packHash, {
        ...{ id: row.id, number: row.number, opening: { opening: row.opening, at: row.receivedAt } },
      });
      await markStarted(store.pool, row.id);
      tickets.push(row.id);
    }
    await putMessages(
      store.pool,
      tickets.map((ticket) => {
        const body = { key: `k-${ticket}`, from: 'T-LEAD', seq: 7, at: Date.now(), name: 'hello', data: {} };
        return { ticket, key: body.key, kind: 'told' as const, body };
      }),
    );
    const address = process.env['TOCSIN_TEST_TEMPORAL_ADDRESS'] ?? '';
    const child: ChildProcess = spawn(
      process.execPath,
      [join(__dirname, 'fixtures/dispatcher.js'), store.url, address, 'any'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let signalled = 0;
    child.stdout?.on('data', (piece: Buffer) => (signalled += String(piece).split('\n').length - 1));
    await eventually('signals of the one to be killed', () => signalled >= 8);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const waiting = `select count(*) as n from ticket_message where outcome is null and about = 'T-LEAD'`;
    const { rows: before } = await store.pool.query<{ n: number }>(waiting);
    expect(before[0]?.n).toBe(12);

    dispatcher = startDispatcher(store.pool, bench.tickets, () => undefined);
    await eventually('everything told', async () => (await store.pool.query<{ n: number }>(waiting)).rows[0]?.n === 0);
    const heard = async (id: string): Promise<number> =>
      (await rows(id)).filter((row) => row['type'] === 'told' && row['subject'] === 'hello').length;
    for (const id of tickets) await eventually(`${id} heard it`, async () => (await heard(id)) === 1);
    process.stderr.write(`killed after ${signalled} signals of 12: 12 told, each heard once\n`);
  });

  test('a ticket that has ended drops what it is told, and tells its sender so', async () => {
    const a = await openOne('cal');
    const b = await openOne('dan');
    await give(a, 'link', { to: b, kind: 'member' });
    await eventually('the member knows its lead', async () => (await show(b))['lead'] === a);
    await give(b, 'resolve', { resolution: 'x' });
    await give(b, 'close');
    await eventually('the archive of the member', async () => {
      const { rows: found } = await store.pool.query('select from ticket where id = $1 and archived_at is not null', [
        b,
      ]);
      return found.length === 1;
    });
    await give(a, 'resolve', { resolution: 'y' });
    await event(a, 'dropped');
    const { rows: kept } = await store.pool.query(`select from ticket_message where ticket_id = $1 and about = $2`, [
      b,
      a,
    ]);
    expect(kept).toHaveLength(1);
  });
});
