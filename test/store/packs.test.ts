import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readClassifierOf, readPublished } from '../../src/policies/publish';
import { openTicket } from '../../src/store/opening';
import { getPolicyVersion, savePolicyVersion } from '../../src/store/policy-versions';
import { fetchPacks } from '../../src/worker/packs';
import { temporaryFolder } from '../support/stack';
import { openRequest, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const folder = temporaryFolder();
afterAll(folder.remove);

test('a pack that asks a model comes to a worker with its classifier, also where only that is missing', async () => {
  const [asking, plain] = ['c'.repeat(64), 'd'.repeat(64)];
  const body = { id: 'asking', facts: { intent: { name: 'intent', model: 'intent' } } };
  const classifier = { spec: { version: 'v' }, prompts: {} };
  const rest = { version: '1', templates: {}, publishedAt: T0 };
  await savePolicyVersion(store.pool, { ...rest, hash: asking, packId: 'asking', body, classifier });
  await savePolicyVersion(store.pool, { ...rest, hash: plain, packId: 'plain', body: { id: 'plain', facts: {} } });
  expect(await getPolicyVersion(store.pool, asking)).toMatchObject({ body, classifier });
  for (const packHash of [asking, plain]) await openTicket(store.pool, openRequest({ packHash }));

  expect(await fetchPacks(store.pool, folder.path)).toEqual([]);
  expect(await readClassifierOf(folder.path, asking)).toEqual(classifier);
  expect(await readPublished(folder.path, plain)).toEqual({ id: 'plain', facts: {} });
  await expect(readClassifierOf(folder.path, plain)).rejects.toMatchObject({ code: 'ESC_PACK_UNKNOWN' });

  rmSync(join(folder.path, `${asking}.classifier.json`));
  await fetchPacks(store.pool, folder.path);
  expect(await readClassifierOf(folder.path, asking)).toEqual(classifier);
});

test('a version that was published without a classifier is fetched once, not again and again', async () => {
  const hash = 'e'.repeat(64);
  const body = { id: 'older', facts: { intent: { name: 'intent', model: 'intent' } } };
  await savePolicyVersion(store.pool, { hash, packId: 'older', version: '1', body, templates: {}, publishedAt: T0 });
  await fetchPacks(store.pool, folder.path);
  const written = statSync(join(folder.path, `${hash}.json`)).ino;
  await fetchPacks(store.pool, folder.path);
  expect(statSync(join(folder.path, `${hash}.json`)).ino).toBe(written);
});
