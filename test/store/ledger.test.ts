import { claim, countDuplicate, createLedger, ledgerOf, settle, type LedgerEntry } from '../../src/store/ledger';
import { delivery, MINUTE, receipt, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
let n = 0;
const key = (): string => `TICK-20260306-001|response@2026-03-06T10:15:00Z|on_call${++n}|page`;

async function entry(of: string): Promise<LedgerEntry | undefined> {
  return (await ledgerOf(store.pool, 'TICK-20260306-001')).find((one) => one.key === of);
}

test('a delivery is claimed, sent and settled; a second claim has its receipt', async () => {
  const page = delivery(key());
  const sent = receipt(page.key, { handedOverAt: T0 + 900, to: 'pd:on-call', person: 'Kim' });
  expect(await claim(store.pool, page, { now: T0 })).toEqual({ status: 'claimed' });
  await settle(store.pool, page, { ...sent, providerId: 'PD-1' });
  expect(await claim(store.pool, page, { now: T0 + MINUTE })).toEqual({
    status: 'settled',
    receipt: { ...sent, providerId: 'PD-1' },
  });
  expect(await entry(page.key)).toMatchObject({
    state: 'sent',
    attempts: 1,
    duplicates: 0,
    claimedAt: T0,
    sentAt: T0 + 900,
    settledAt: T0 + 1000,
    recipient: 'pd:on-call',
  });
});

test('a claim whose sender died is claimed again and counted', async () => {
  const page = delivery(key());
  await claim(store.pool, page, { now: T0 });
  expect(await claim(store.pool, page, { now: T0 + MINUTE })).toEqual({ status: 'claimed' });
  expect(await entry(page.key)).toMatchObject({ state: 'claimed', attempts: 2, claimedAt: T0 + MINUTE });
});

test('twenty claims at once leave one row, with twenty attempts', async () => {
  const page = delivery(key());
  const claims = await Promise.all(Array.from({ length: 20 }, () => claim(store.pool, page)));
  expect(new Set(claims.map((one) => one.status))).toEqual(new Set(['claimed']));
  expect(await entry(page.key)).toMatchObject({ attempts: 20 });
});

test('a page that was sent without a claim is settled all the same', async () => {
  const page = delivery(key());
  await settle(store.pool, page, receipt(page.key));
  expect(await claim(store.pool, page)).toEqual({ status: 'settled', receipt: receipt(page.key) });
  expect(await entry(page.key)).toMatchObject({ state: 'sent', claimedAt: null });
});

test('settling twice keeps the first, and another send under the key is a duplicate', async () => {
  const page = delivery(key());
  await settle(store.pool, page, receipt(page.key));
  await settle(store.pool, page, receipt(page.key));
  expect(await entry(page.key)).toMatchObject({ duplicates: 0 });
  await settle(store.pool, page, receipt(page.key, { at: T0 + MINUTE }));
  expect(await entry(page.key)).toMatchObject({ duplicates: 1, receipt: receipt(page.key), settledAt: T0 + 1000 });
  await countDuplicate(store.pool, page.key);
  expect(await entry(page.key)).toMatchObject({ duplicates: 2 });
});

test.each([
  ['failed', 'failed'],
  ['unreached', 'failed'],
  ['dropped', 'dropped'],
] as const)('a receipt that says %s leaves the row %s, with the reason', async (outcome, state) => {
  const page = delivery(key());
  await claim(store.pool, page);
  await settle(store.pool, page, receipt(page.key, { outcome, detail: 'no such service' }));
  expect(await entry(page.key)).toMatchObject({ state, sentAt: null, lastError: 'no such service' });
});

test('a claim gives up at its deadline while the row is locked, and succeeds after', async () => {
  const ledger = createLedger(store.pool);
  const page = delivery(key());
  await ledger.claim(page, { deadlineMs: 2_000 });
  const client = await store.pool.connect();
  await client.query('begin');
  await client.query('select * from delivery where key = $1 for update', [page.key]);
  const begun = Date.now();
  expect(await codeOf(ledger.claim(page, { deadlineMs: 300 }))).toBe('ESC_STORE_UNAVAILABLE');
  const took = Date.now() - begun;
  await client.query('rollback');
  client.release();
  expect(took).toBeGreaterThanOrEqual(295);
  expect(took).toBeLessThan(1_500);
  expect(await ledger.claim(page, { deadlineMs: 2_000 })).toEqual({ status: 'claimed' });
  await ledger.settle(page, receipt(page.key));
  expect(await entry(page.key)).toMatchObject({ state: 'sent' });
});

test('the ledger of a ticket is in the order in which deliveries were due', async () => {
  const ticket = 'TICK-20260306-777';
  for (const [name, minutes] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
  ] as const) {
    await claim(store.pool, delivery(`${ticket}|${name}`, { ticket, at: T0 + minutes * MINUTE }));
  }
  expect((await ledgerOf(store.pool, ticket)).map((one) => one.dueAt)).toEqual(
    [10, 20, 30].map((m) => T0 + m * MINUTE),
  );
});
