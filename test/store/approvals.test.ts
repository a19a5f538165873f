import { approvalPort } from '../../src/http/approval-port';
import type { CompiledPack } from '../../src/domain/policy/types';
import { decideVersion, listApprovals, record } from '../../src/store/approvals';
import { activatePolicyVersion, activePack, savePolicyVersion, setDefaultPack } from '../../src/store/policy-versions';
import { HOUR, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
const hashOf = (n: number): string => String(n).repeat(64);

/** A version of a pack that two directors must approve; the second is of a part. */
const body = (n: number): unknown => ({
  id: 'protocol',
  version: { id: `1.${n}`, approved_by: ['support_director'] },
  people: {
    support_director: { name: 'support_director', clauses: [] },
    'risk.risk_director': { name: 'risk.risk_director', clauses: [] },
    directors: { name: 'directors', group: ['support_director'], clauses: [] },
  },
  parts: {
    risk: {
      pack: 'risk_management',
      version: { id: '1.0', approved_by: ['risk_director', 'support_director'] },
      names: { role: { risk_director: 'risk.risk_director', support_director: 'support_director' } },
    },
  },
});
const published = (n: number) => ({
  ...{ hash: hashOf(n), packId: 'protocol', version: `1.${n}`, body: body(n), templates: {} },
  publishedAt: T0 + n * HOUR,
});
const say = (n: number, role: string, decision: 'approve' | 'reject' = 'approve', at = T0) =>
  decideVersion(store.pool, hashOf(n), { role, decision, at, by: `the ${role}`, note: '' });

beforeEach(async () => {
  await store.pool.query('truncate policy_approval, policy_version, setting restart identity cascade');
});

test('a version is active once each role that it names has approved it; until then tickets get the one before [RISK-041] [RISK-066]', async () => {
  expect(await savePolicyVersion(store.pool, published(1), { waive: 'set up' })).toEqual({ active: true, open: [] });
  expect(await savePolicyVersion(store.pool, published(2))).toEqual({
    active: false,
    open: ['support_director', 'risk.risk_director'],
  });
  expect((await activePack(store.pool, 'protocol'))?.hash).toBe(hashOf(1));
  expect(await say(2, 'support_director')).toMatchObject({ active: false, open: ['risk.risk_director'] });
  expect((await activePack(store.pool, 'protocol'))?.hash).toBe(hashOf(1));
  expect(await say(2, 'risk.risk_director')).toMatchObject({ active: true, open: [] });
  expect((await activePack(store.pool, 'protocol'))?.hash).toBe(hashOf(2));
});

test('everything that was said is kept: the newest word of a role counts, and who was not asked is told from who was', async () => {
  await savePolicyVersion(store.pool, published(1), { waive: 'set up' });
  await savePolicyVersion(store.pool, published(2));
  await say(2, 'risk.risk_director', 'reject', T0 + 1);
  await say(2, 'support_director', 'approve', T0 + 2);
  expect((await activePack(store.pool, 'protocol'))?.hash).toBe(hashOf(1));
  await say(2, 'risk.risk_director', 'approve', T0 + 3);
  const [newest, first] = await listApprovals(store.pool, 'protocol');
  expect(newest).toMatchObject({ version: '1.2', active: true, open: [] });
  expect(newest?.history.map((one) => [one.role, one.decision, one.at])).toEqual([
    ['risk.risk_director', 'approve', T0 + 3],
    ['support_director', 'approve', T0 + 2],
    ['risk.risk_director', 'reject', T0 + 1],
  ]);
  expect(first?.history.map((one) => [one.role, one.decision, one.by])).toEqual([
    ['risk.risk_director', 'waive', 'set up'],
    ['support_director', 'waive', 'set up'],
  ]);
});

test('the first version is not the default either before it is approved', async () => {
  await savePolicyVersion(store.pool, published(1));
  expect(await activePack(store.pool)).toBeUndefined();
  expect(await codeOf(setDefaultPack(store.pool, 'protocol'))).toBe('ESC_PACK_UNKNOWN');
  expect(await codeOf(activatePolicyVersion(store.pool, hashOf(1)))).toBe('ESC_VERSION_UNAPPROVED');
  await say(1, 'support_director');
  await say(1, 'risk.risk_director');
  expect((await activePack(store.pool))?.hash).toBe(hashOf(1));
  await activatePolicyVersion(store.pool, hashOf(1));
});

test('an older version that is approved late does not come back by that', async () => {
  await savePolicyVersion(store.pool, published(1));
  await savePolicyVersion(store.pool, published(2), { waive: 'set up' });
  await say(1, 'support_director');
  expect(await say(1, 'risk.risk_director')).toMatchObject({ active: false, open: [] });
  expect((await activePack(store.pool, 'protocol'))?.hash).toBe(hashOf(2));
});

test('nobody else approves: neither another role nor a version that was never published', async () => {
  await savePolicyVersion(store.pool, published(1));
  expect(await codeOf(say(1, 'operations_manager'))).toBe('ESC_FIELD_INVALID');
  expect(await codeOf(say(9, 'support_director'))).toBe('ESC_PACK_UNKNOWN');
});

test('whoever approves must hold the role, by the name that only one part has for it as well', async () => {
  await savePolicyVersion(store.pool, published(1));
  const port = approvalPort(store.pool, async () => body(1) as CompiledPack);
  const as = (role: string, ...groups: string[]) =>
    port.decide(hashOf(1), { role, decision: 'approve', note: '', by: 'Dana', groups }, T0);
  expect(await codeOf(as('support_director'))).toBe('ESC_NOT_PERMITTED');
  expect(await codeOf(as('support_director', 'risk_director'))).toBe('ESC_NOT_PERMITTED');
  expect(await as('support_director', 'support_director')).toMatchObject({ open: ['risk.risk_director'] });
  expect(await as('risk_director', 'risk_director')).toMatchObject({ open: [], active: true });
});

test('two directors who approve at the same time make it active', async () => {
  await savePolicyVersion(store.pool, published(1));
  await Promise.all([say(1, 'support_director'), say(1, 'risk.risk_director')]);
  expect((await activePack(store.pool))?.hash).toBe(hashOf(1));
});

test('a version that is published again while its last approval is being given becomes active', async () => {
  await savePolicyVersion(store.pool, published(1), { activate: false });
  await say(1, 'support_director');
  const client = await store.pool.connect();
  try {
    await client.query('begin');
    await client.query('select from policy_version where hash = $1 for update', [hashOf(1)]);
    await record(client, hashOf(1), { role: 'risk.risk_director', decision: 'approve', at: T0, by: 'Rita', note: '' });
    let over = false;
    const again = savePolicyVersion(store.pool, published(1)).finally(() => (over = true));
    const waits = 'select from pg_locks where not granted limit 1';
    while (!over && (await store.pool.query(waits)).rowCount === 0);
    await client.query('commit');
    expect(await again).toEqual({ active: true, open: [] });
  } finally {
    client.release();
  }
});
