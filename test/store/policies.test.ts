import { addOverride, listOverrides } from '../../src/store/overrides';
import {
  activatePolicyVersion,
  activePack,
  getPolicyVersion,
  listPolicyVersions,
  pinnedPacks,
  savePolicyVersion,
  setDefaultPack,
  type PolicyVersion,
} from '../../src/store/policy-versions';
import { openTicket } from '../../src/store/opening';
import { markArchived } from '../../src/store/ticket';
import { HOUR, openRequest, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();

const version = (packId: string, n: number): PolicyVersion => ({
  hash: `${packId}-${n}`,
  packId,
  version: `1.${n}`,
  body: { id: packId, n },
  templates: { page: 'text' },
  publishedAt: T0 + n * HOUR,
  publishedBy: 'kim',
});

describe('policy versions', () => {
  test('the newest is active, an earlier one can be again, the first pack is the default', async () => {
    expect(await activePack(store.pool)).toBeUndefined();
    await savePolicyVersion(store.pool, version('secureai', 1));
    await savePolicyVersion(store.pool, version('secureai', 2));
    await savePolicyVersion(store.pool, version('trust', 1));
    await savePolicyVersion(store.pool, version('trust', 2), { activate: false });
    expect(await activePack(store.pool)).toEqual({ packId: 'secureai', hash: 'secureai-2' });
    expect(await activePack(store.pool, 'trust')).toEqual({ packId: 'trust', hash: 'trust-1' });
    await activatePolicyVersion(store.pool, 'secureai-1');
    await setDefaultPack(store.pool, 'trust');
    expect(await activePack(store.pool, 'secureai')).toEqual({ packId: 'secureai', hash: 'secureai-1' });
    expect(await activePack(store.pool)).toEqual({ packId: 'trust', hash: 'trust-1' });
    expect((await listPolicyVersions(store.pool)).map((one) => [one.hash, one.active])).toEqual([
      ['secureai-2', false],
      ['trust-2', false],
      ['secureai-1', true],
      ['trust-1', true],
    ]);
    expect(await listPolicyVersions(store.pool, 'trust')).toHaveLength(2);
  });

  test('a hash keeps its first body', async () => {
    await savePolicyVersion(store.pool, { ...version('secureai', 1), body: 'other' });
    expect(await getPolicyVersion(store.pool, 'secureai-1')).toEqual(version('secureai', 1));
    expect(await getPolicyVersion(store.pool, 'nope')).toBeUndefined();
  });

  test('what was not published cannot be active', async () => {
    expect(await codeOf(activatePolicyVersion(store.pool, 'nope'))).toBe('ESC_PACK_UNKNOWN');
    expect(await codeOf(setDefaultPack(store.pool, 'nope'))).toBe('ESC_PACK_UNKNOWN');
    expect(await activePack(store.pool, 'nope')).toBeUndefined();
  });

  test('packs are pinned until their tickets are archived', async () => {
    const { id } = await openTicket(store.pool, openRequest({ packHash: 'one' }));
    await openTicket(store.pool, openRequest({ packHash: 'two' }));
    expect(await pinnedPacks(store.pool)).toEqual(['one', 'two']);
    await markArchived(store.pool, id);
    expect(await pinnedPacks(store.pool)).toEqual(['two']);
  });
});

describe('on-call stand-ins', () => {
  test('are listed in the order of recording, until they are over', async () => {
    const first = { rota: 'primary', from: T0, to: T0 + HOUR, person: { name: 'Kim', phone: '+49 1' } };
    const second = { role: 'commander', from: T0, to: T0 + 2 * HOUR, person: { name: 'Lee' } };
    await addOverride(store.pool, { ...first, by: 'ops' });
    await addOverride(store.pool, second);
    expect(await listOverrides(store.pool, T0)).toEqual([first, second]);
    expect(await listOverrides(store.pool, T0 + HOUR)).toEqual([second]);
  });

  test.each([
    ['for nobody', {}],
    ['for both', { rota: 'primary', role: 'commander' }],
    ['that ends before it begins', { rota: 'primary', to: T0 }],
  ])('one %s is refused', async (_why, over) => {
    const refused = addOverride(store.pool, { from: T0, to: T0 + HOUR, person: { name: 'Kim' }, ...over });
    expect(await codeOf(refused)).toBe('ESC_FIELD_INVALID');
  });
});
