import type { JsonObject } from '../../src/domain/policy/types';
import type { FactAnswer, TicketEvent } from '../../src/domain/ticket/types';
import { transaction } from '../../src/store/database';
import { appendEvents } from '../../src/store/events';
import { openTicket } from '../../src/store/opening';
import { createAudiences, MEMBERS_LIST } from '../../src/worker/audiences';
import { readRegister, snapshotOf } from '../../src/store/registers';
import { compilePackText } from '../support/pack';
import { delivery, event, HOUR, MINUTE, opened, openRequest, OPENING, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();

const PACK = compilePackText(`
pack: secureai
fields: { issue_key: { text: optional } }
facts:
  enterprise: { tickets: "other.issue_key == ticket.issue_key && other.customer.plan == 'enterprise' && !other.closed", count: distinct customer.id, watch: true }
  repeat: { tickets: "other.customer.id == ticket.customer.id && other.category == ticket.category && age(other.resolved_at) < dur('P30D')", count: tickets }
`);

beforeEach(async () => {
  await store.pool.query(
    `truncate ticket, ticket_day, party, message, ticket_event, board, ticket_snapshot, ticket_message
     restart identity cascade`,
  );
});

const customer = (id: string, plan = 'enterprise') => ({ name: id, email: `${id}@example.com`, plan, id });

/** Opens a ticket `minutes` after T0 and archives its opening. */
async function put(minutes: number, ticket: JsonObject = {}, packId = 'secureai'): Promise<string> {
  const { id } = await openTicket(store.pool, openRequest({ packId, now: T0 + minutes * MINUTE }));
  const at = T0 + minutes * MINUTE;
  const first = { ...opened({ kind: 'support', opened_at: at, ...ticket }), at };
  await appendEvents(store.pool, id, [first], [], { pack: { ...PACK, id: packId } });
  return id;
}

/** Archives one more event that changes fields. */
async function change(id: string, seq: number, minutes: number, ticket: JsonObject, type = 'changed'): Promise<void> {
  const next = event(seq, type, { patch: { ticket } }, minutes);
  await appendEvents(store.pool, id, [next], [], { pack: PACK });
}

/** Answers kept for a ticket: fact, value, members and instant in minutes, in order. */
async function answers(id: string, fact?: string): Promise<[string, unknown, unknown, number][]> {
  const { rows } = await store.pool.query<{ body: FactAnswer }>(
    'select body from ticket_message where ticket_id = $1 order by id',
    [id],
  );
  return rows
    .map(({ body }): [string, unknown, unknown, number] => [
      body.fact,
      body.value,
      body.members,
      (body.at - T0) / MINUTE,
    ])
    .filter(([name]) => fact === undefined || name === fact);
}

describe('questions about other tickets', () => {
  test('[SEC-ESC-005] a second Enterprise customer with the same problem is told to both tickets, at that instant', async () => {
    const a = await put(0, { issue_key: 'login', customer: customer('a') });
    expect(await answers(a, 'enterprise')).toEqual([['enterprise', 1, [], 0]]);
    const same = await put(10, { issue_key: 'login', customer: customer('a') });
    const b = await put(15, { customer: customer('b') });
    expect(await answers(a, 'enterprise')).toEqual([
      ['enterprise', 1, [], 0],
      ['enterprise', 1, [same], 10],
    ]);
    await change(b, 2, 20, { issue_key: 'login' });
    expect((await answers(a, 'enterprise')).at(-1)).toEqual(['enterprise', 2, [same, b], 20]);
    expect((await answers(same, 'enterprise')).at(-1)).toEqual(['enterprise', 2, [a, b], 20]);
    expect((await answers(b, 'enterprise')).at(-1)).toEqual(['enterprise', 2, [a, same], 20]);
  });

  test('tickets of another plan, of another issue, of another pack and closed ones do not count', async () => {
    const a = await put(0, { issue_key: 'login', customer: customer('a') });
    await put(1, { issue_key: 'login', customer: customer('s', 'starter') });
    await put(2, { issue_key: 'mail', customer: customer('b') });
    await put(3, { issue_key: 'login', customer: customer('c'), status: 'closed' });
    await put(4, { issue_key: 'login', customer: customer('d') }, 'other-pack');
    expect((await answers(a, 'enterprise')).map(([, value]) => value)).toEqual([1]);
  });

  test('one that closes, or goes over to another issue, is told to those it counted for', async () => {
    const a = await put(0, { issue_key: 'login', customer: customer('a') });
    const b = await put(1, { issue_key: 'login', customer: customer('b') });
    const c = await put(2, { issue_key: 'login', customer: customer('c') });
    await change(b, 2, 5, { status: 'closed' }, 'closed');
    expect((await answers(a, 'enterprise')).at(-1)).toEqual(['enterprise', 2, [c], 5]);
    await change(c, 2, 6, { issue_key: 'mail' });
    expect((await answers(a, 'enterprise')).at(-1)).toEqual(['enterprise', 1, [], 6]);
    expect((await answers(c, 'enterprise')).at(-1)).toEqual(['enterprise', 1, [], 6]);
    expect((await answers(b, 'enterprise')).map(([, value]) => value)).toEqual([2, 3]);
  });

  test('what a question does not read tells nobody, and an answer that stays the same is not told again', async () => {
    const a = await put(0, { issue_key: 'login', customer: customer('a') });
    await put(1, { issue_key: 'login', customer: customer('b') });
    const before = (await answers(a)).length;
    await change(a, 2, 3, { tier: 2 });
    await change(a, 3, 4, { issue_key: 'login' });
    expect((await answers(a)).length).toBe(before);
  });

  test('[SEC-HD-063] a repeat of a category that was resolved within thirty days is told at the opening, and not watched', async () => {
    const day = 24 * 60;
    const first = await put(0, { category: 'login', customer: customer('a') });
    const other = await put(1, { category: 'mail', customer: customer('a') });
    const open = await put(2, { category: 'login', customer: customer('a') });
    for (const one of [first, other])
      await change(one, 2, 10, { status: 'resolved', resolved_at: T0 + 10 * MINUTE }, 'resolved');
    expect((await answers(open, 'repeat')).map(([, value]) => value)).toEqual([0]);
    const repeat = await put(10 * day, { category: 'login', customer: customer('a') });
    expect(await answers(repeat, 'repeat')).toEqual([['repeat', 1, [first], 10 * day]]);
    const stranger = await put(10 * day + 1, { category: 'login', customer: customer('b') });
    expect(await answers(stranger, 'repeat')).toEqual([['repeat', 0, [], 10 * day + 1]]);
    const late = await put(30 * day + 11, { category: 'login', customer: customer('a') });
    expect((await answers(late, 'repeat')).map(([, value]) => value)).toEqual([0]);
  });

  test('of tickets that are archived at the same time none is overlooked', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push((await openTicket(store.pool, openRequest({ now: T0 + n }))).id);
    await Promise.all(
      ids.map((id, n) =>
        appendEvents(
          store.pool,
          id,
          [opened({ kind: 'support', opened_at: T0, issue_key: 'login', customer: customer(`c${n}`) })],
          [],
          { pack: PACK },
        ),
      ),
    );
    for (const id of ids) expect((await answers(id, 'enterprise')).at(-1)?.[1]).toBe(6);
  });

  test('answers are kept in the transaction of the archive: neither without the other', async () => {
    const a = await put(0, { issue_key: 'login', customer: customer('a') });
    const { id } = await openTicket(store.pool, openRequest({ now: T0 + MINUTE }));
    const second = opened({ kind: 'support', opened_at: T0, issue_key: 'login', customer: customer('b') });
    const before = await answers(a);
    await expect(
      transaction(store.pool, async (client) => {
        await appendEvents(client, id, [second], [], { pack: PACK });
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await answers(a)).toEqual(before);
    let kept = 0;
    const events: TicketEvent[] = [second];
    await appendEvents(store.pool, id, events, [], { pack: PACK, kept: (count) => (kept = count) });
    // Enterprise and repeat for the one that opens, enterprise for the other.
    expect(kept).toBe(3);
    await appendEvents(store.pool, id, events, [], { pack: PACK });
    expect(await answers(a)).toHaveLength(before.length + 1);
  });

  test('one change tells the hundred newest tickets concerned, and looks at five hundred', async () => {
    const many = 620;
    await store.pool.query(
      `insert into ticket_snapshot (ticket_id, pack_id, kind, opened_at, closed, ticket, updated_seq)
       select 'T' || n, 'secureai', 'support', $1::timestamptz - n * interval '1 second', false,
         jsonb_build_object('id', 'T' || n, 'status', 'created', 'issue_key', 'login',
           'customer', jsonb_build_object('id', 'c' || n, 'plan', 'enterprise')), 1
       from generate_series(1, $2::int) n`,
      [new Date(T0), many],
    );
    const started = process.hrtime.bigint();
    const a = await put(0, { issue_key: 'login', customer: customer('a') });
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    const { rows } = await store.pool.query<{ n: number }>('select count(*) as n from ticket_message');
    expect(rows[0]?.n).toBe(100 + 2);
    expect((await answers(a, 'enterprise'))[0]?.[1]).toBe(500);
    expect(ms).toBeLessThan(HOUR);
    process.stderr.write(`one opening among ${many} of the same issue: ${Math.round(ms)} ms\n`);
  });
});

describe('tickets of other kinds', () => {
  const { customer: _customer, ...asked } = OPENING;
  const review = { ...asked, kind: 'review', key: 'weekly' };

  test('have no customer, and one of them is open for each pack, kind and key', async () => {
    const first = await openTicket(store.pool, openRequest({ opening: review, idempotencyKey: 'one' }));
    expect(first).toMatchObject({ created: true, row: { kind: 'review', partyId: null } });
    expect(first.row.opening).toMatchObject({ kind: 'review', key: 'weekly' });
    expect(first.row.opening).not.toHaveProperty('customer');
    const again = await openTicket(store.pool, openRequest({ opening: review, idempotencyKey: 'two' }));
    expect(again).toMatchObject({ created: false, found: true, id: first.id });
    const repeat = await openTicket(store.pool, openRequest({ opening: review, idempotencyKey: 'one' }));
    expect(repeat).toMatchObject({ created: false, found: false, id: first.id });
    const others = [
      openRequest({ opening: { ...review, key: 'monthly' } }),
      openRequest({ opening: { ...review, kind: 'audit' } }),
      openRequest({ opening: review, packId: 'other-pack' }),
    ];
    for (const one of others) expect((await openTicket(store.pool, one)).created).toBe(true);
    await appendEvents(store.pool, first.id, [opened({ kind: 'review', status: 'closed' })]);
    expect((await openTicket(store.pool, openRequest({ opening: review }))).created).toBe(true);
  });

  test('every customer has an id: the one given, or that of the party', async () => {
    const known = await openTicket(store.pool, openRequest());
    expect(known.row.opening.customer?.['id']).toBe(String(known.row.partyId));
    const given = { ...OPENING, customer: { ...customer('acme') } };
    const own = await openTicket(store.pool, openRequest({ opening: given }));
    expect(own.row.opening.customer?.['id']).toBe('acme');
  });
});

describe('registers', () => {
  test('list the entries of a kind, newest first, in pages; closed ones and those restricted to others only when asked', async () => {
    const risk = { kind: 'risk', status: 'open' };
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await put(n, { ...risk, key: `r${n}` }));
    await put(5);
    await put(6, { ...risk, key: 'closed', status: 'closed' });
    const secret = await put(7, { ...risk, key: 'secret', restricted_to: ['security_team'] });
    const asked = { packId: 'secureai', kind: 'risk' };
    const read = async (more: object) => {
      const { entries, more: rest } = await readRegister(store.pool, { ...asked, groups: [], ...more });
      return [entries.map((entry) => entry.key), rest];
    };
    expect(await read({})).toEqual([['r3', 'r2', 'r1', 'r0'], false]);
    expect(await read({ limit: 3 })).toEqual([['r3', 'r2', 'r1'], true]);
    expect(await read({ limit: 3, after: { openedAt: T0 + MINUTE, id: ids[1] } })).toEqual([['r0'], false]);
    expect(await read({ closed: true })).toEqual([['closed', 'r3', 'r2', 'r1', 'r0'], false]);
    expect(await read({ groups: ['security_team'], limit: 1 })).toEqual([['secret'], true]);
    expect(await read({ groups: undefined, limit: 1 })).toEqual([['secret'], true]);
    expect(await read({ closed: true, status: 'closed' })).toEqual([['closed'], false]);
    expect(await snapshotOf(store.pool, secret)).toMatchObject({ ticket: { restricted_to: ['security_team'] } });
    expect(await snapshotOf(store.pool, 'TICK-20260306-999')).toBeUndefined();
  });
});

describe('the audience of an incident', () => {
  test('[SEC-ESC-047] is who reported it and who reported its members, each once', async () => {
    const opening = (name: string) => ({
      ...OPENING,
      customer: { ...customer(name), email: `${name}@example.com`, name },
    });
    const ids: string[] = [];
    for (const name of ['lead', 'member', 'lead', 'stranger'])
      ids.push((await openTicket(store.pool, openRequest({ opening: opening(name) }))).id);
    const [lead = '', member = '', again = ''] = ids;
    await appendEvents(store.pool, lead, [opened({ members: [member, again] })]);
    const audiences = createAudiences(store.pool, undefined);
    const message = delivery('k', { ticket: lead, channel: 'broadcast', to: MEMBERS_LIST });
    const found = await audiences.members('incident_customers', message);
    expect(found.map((one) => one.address)).toEqual(['lead@example.com', 'member@example.com']);
    const alone = await audiences.members('status_page', { ...message, to: 'status_page_subscribers' });
    expect(alone.map((one) => one.address)).toEqual(['lead@example.com']);
  });
});
