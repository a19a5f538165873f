import { createApiKey, listApiKeys, revokeApiKey, verifyApiKey } from '../../src/store/api-keys';
import { createPool } from '../../src/store/database';
import { T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();

test('a key names its holder, and only its hash is stored', async () => {
  const { id, key } = await createApiKey(store.pool, { name: 'Portal', role: 'intake', groups: ['security_team'] }, T0);
  expect(key).toMatch(/^tocsin_intake_[\w-]{43}$/);
  expect(await verifyApiKey(store.pool, key, T0)).toEqual({
    id,
    name: 'Portal',
    role: 'intake',
    groups: ['security_team'],
  });
  const raw = await store.pool.query('select * from api_key');
  expect(JSON.stringify(raw.rows)).not.toContain(key.slice(-30));
  expect(await listApiKeys(store.pool)).toEqual([
    {
      id,
      name: 'Portal',
      role: 'intake',
      groups: ['security_team'],
      prefix: key.slice(0, 20),
      createdAt: T0,
      revokedAt: null,
      lastUsedAt: T0,
    },
  ]);
});

test('what is not a key is nobody', async () => {
  const { key } = await createApiKey(store.pool, { name: 'Ops', role: 'ops' });
  const last = key.endsWith('A') ? 'B' : 'A';
  for (const wrong of ['', 'tocsin_ops_', `${key.slice(0, -1)}${last}`, `${key} `, key.replace('_ops_', '_admin_')]) {
    expect(await verifyApiKey(store.pool, wrong)).toBeUndefined();
  }
});

test('a revoked key is refused at once here, and after half a minute elsewhere', async () => {
  const { id, key } = await createApiKey(store.pool, { name: 'Agent', role: 'agent' });
  const elsewhere = store.open({ max: 1 });
  await verifyApiKey(elsewhere, key, T0);
  await verifyApiKey(store.pool, key, T0);
  expect(await revokeApiKey(store.pool, id, T0)).toBe(true);
  expect(await verifyApiKey(store.pool, key, T0)).toBeUndefined();
  expect(await verifyApiKey(elsewhere, key, T0 + 29_999)).toMatchObject({ id });
  expect(await verifyApiKey(elsewhere, key, T0 + 30_000)).toBeUndefined();
  expect(await revokeApiKey(store.pool, id)).toBe(false);
  expect(await revokeApiKey(store.pool, 'x')).toBe(false);
  await elsewhere.end();
});

test('a key of one database is not a key of another', async () => {
  const { key } = await createApiKey(store.pool, { name: 'Admin', role: 'admin' });
  await verifyApiKey(store.pool, key);
  const away = createPool('postgresql://tocsin@127.0.0.1:1/tocsin');
  expect(await codeOf(verifyApiKey(away, key))).toBe('ESC_STORE_UNAVAILABLE');
  await away.end();
});
