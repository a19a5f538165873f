import { appendEvents, readEvents } from '../../src/store/events';
import { listTickets } from '../../src/store/board';
import { ledgerOf, settle } from '../../src/store/ledger';
import { openTicket } from '../../src/store/opening';
import { refreshHistories } from '../../src/store/history';
import { eraseParty, getParty } from '../../src/store/party';
import { savePolicyVersion } from '../../src/store/policy-versions';
import { putMessages } from '../../src/store/ticket-messages';
import { rebuildReadModels } from '../../src/store/rebuild';
import { findTicket } from '../../src/store/ticket';
import { delivery, event, opened, openRequest, OPENING, receipt, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
const PERSONAL = /dana|whitfield|1234567|nobody of us|login fails|insured-77/i;

async function everything(): Promise<string> {
  const tables = [
    'party',
    'message',
    'ticket',
    'ticket_event',
    'board',
    'sla_result',
    'delivery',
    'delivery_log',
    'ticket_snapshot',
    'ticket_message',
    'ticket_history',
  ];
  const rows = await Promise.all(tables.map((table) => store.pool.query(`select * from ${table}`)));
  return JSON.stringify(rows.map((one) => one.rows));
}

test('an erased customer is nowhere any more, and what reports count is', async () => {
  const body = { fields: { policy_no: { personal: true }, region: { personal: false } } };
  const published = { hash: 'h', packId: 'secureai', version: '1', templates: {}, publishedAt: T0 };
  await savePolicyVersion(store.pool, { ...published, body });
  const { id, row } = await openTicket(store.pool, openRequest({ packHash: 'h', idempotencyKey: 'k' }));
  const mail = delivery(`${id}|opened|customer|email`, { ticket: id, channel: 'email', to: 'dana@example.com' });
  await settle(store.pool, mail, receipt(mail.key, { to: 'Dana Whitfield <DANA@example.com>' }));
  await appendEvents(store.pool, id, [
    opened({ policy_no: 'insured-77', region: 'EU' }),
    event(2, 'changed', { subject: 'policy_no', data: { field: 'policy_no', to: 'insured-77' } }),
    event(3, 'message', {
      subject: 'customer',
      by: { name: 'Dana Whitfield', kind: 'customer' },
      data: { text: 'nobody of us' },
    }),
    event(4, 'noted', { by: { name: 'kim', kind: 'person' }, data: { text: 'Called Dana Whitfield back.' } }),
    event(5, 'delivery', {
      data: { ...mail, vars: { customer: OPENING.customer, subject: OPENING.subject } },
    }),
    event(6, 'closed', { data: { status: 'closed' }, patch: { ticket: { status: 'closed' } } }),
  ]);
  // An entry of a register that was made from the ticket, and what the ticket told it.
  const { customer: _customer, ...rest } = OPENING;
  const entry = await openTicket(
    store.pool,
    openRequest({ packHash: 'h', opening: { ...rest, kind: 'risk', fields: { policy_no: 'insured-77' } } }),
  );
  const links = [{ to: entry.id, kind: 'entry' }];
  const said = [{ at: T0, from: 'customer', text: 'nobody of us' }];
  await appendEvents(store.pool, id, [
    event(7, 'linked', { patch: { ticket: { links } } }),
    event(8, 'flow_heard', {
      data: { flow: 'triage', turn: 2 },
      patch: { said, flows: { triage: { message: { text: 'nobody of us' } } } },
    }),
    event(9, 'task_done', {
      by: { name: 'Dana Whitfield', kind: 'customer' },
      data: { task: 'csat', choice: 4, comment: 'nobody of us was called back' },
    }),
  ]);
  const copied = { kind: 'risk', status: 'closed', policy_no: 'insured-77', customer: null };
  await appendEvents(store.pool, entry.id, [opened(copied)]);
  await putMessages(store.pool, [
    {
      ...{ ticket: entry.id, key: 'k', kind: 'told' },
      body: {
        ...{ key: 'k', from: id, seq: 7, at: T0, name: 'wanted' },
        data: { fields: { policy_no: 'insured-77', cause: 'Dana Whitfield called' } },
      },
    },
  ]);
  // Reports have read it before: their folds are copies as well.
  await refreshHistories(store.pool);
  expect(await everything()).toMatch(PERSONAL);
  const party = await getParty(store.pool, 'DANA@example.com');
  expect(party).toEqual({
    id: row.partyId ?? 0,
    name: 'Dana Whitfield',
    email: 'dana@example.com',
    attributes: { plan: 'enterprise', phone: '+49 30 1234567' },
    erasedAt: null,
  });

  expect(await eraseParty(store.pool, row.partyId ?? 0, T0)).toEqual({ tickets: 2, messages: 1, events: 8 });

  expect(await everything()).not.toMatch(PERSONAL);
  expect(await refreshHistories(store.pool)).toBe(2);
  expect(await everything()).not.toMatch(PERSONAL);
  expect(await getParty(store.pool, row.partyId ?? 0)).toMatchObject({ name: null, email: null, erasedAt: T0 });
  expect(await getParty(store.pool, 'dana@example.com')).toBeUndefined();
  expect((await findTicket(store.pool, id))?.opening).toMatchObject({
    subject: '[erased]',
    channel: 'email',
    customer: { name: '[erased]', plan: 'enterprise' },
  });
  const events = await readEvents(store.pool, id);
  expect(events.map((one) => one.type)).toEqual([
    'opened',
    'changed',
    'message',
    'noted',
    'delivery',
    'closed',
    'linked',
    'flow_heard',
    'task_done',
  ]);
  expect(events[0]?.patch?.ticket).toMatchObject({ priority: 'P1', region: 'EU', customer: { plan: 'enterprise' } });
  expect(events[3]?.data).toEqual({ text: 'Called [erased] back.' });
  expect(await ledgerOf(store.pool, id)).toMatchObject([{ state: 'sent', recipient: '[erased]' }]);
  const board = await listTickets(store.pool, { filters: { q: id } });
  expect(board.tickets).toMatchObject([{ subject: '[erased]', priority: 'P1', plan: 'enterprise', status: 'closed' }]);
  await rebuildReadModels(store.pool);
  expect(await listTickets(store.pool, { filters: { q: id } })).toEqual(board);

  expect(await eraseParty(store.pool, row.partyId ?? 0, T0 + 1)).toMatchObject({ messages: 0 });
  expect(await getParty(store.pool, row.partyId ?? 0)).toMatchObject({ erasedAt: T0 });
  expect((await openTicket(store.pool, openRequest({ packHash: 'h', idempotencyKey: 'k' }))).id).toBe(id);
});

test('a customer whose ticket still runs is not erased', async () => {
  const customer = { name: 'Noor', email: 'noor@example.com', plan: 'starter' };
  const { row } = await openTicket(store.pool, openRequest({ opening: { ...OPENING, customer } }));
  expect(await codeOf(eraseParty(store.pool, row.partyId ?? 0))).toBe('ESC_STATUS_FORBIDS');
  expect(await getParty(store.pool, row.partyId ?? 0)).toMatchObject({ name: 'Noor' });
});

test('others stay as they are, and one who writes again afterwards is a new party', async () => {
  const noor = await getParty(store.pool, 'noor@example.com');
  expect(noor).toMatchObject({ name: 'Noor', erasedAt: null });
  const { row } = await openTicket(store.pool, openRequest());
  expect(await getParty(store.pool, 'dana@example.com')).toMatchObject({
    id: row.partyId ?? 0,
    name: 'Dana Whitfield',
  });
});

test('a party that does not exist cannot be erased', async () => {
  expect(await codeOf(eraseParty(store.pool, 999_999))).toBe('ESC_NOT_FOUND');
});
