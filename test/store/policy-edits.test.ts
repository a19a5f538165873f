/** An edit of words alone, a prompt or a template, is a new version of the pack: published, approved, kept apart from what runs. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { diffPacks } from '../../src/policies/pack-diff';
import { decideVersion, listApprovals } from '../../src/store/approvals';
import { openTicket } from '../../src/store/opening';
import {
  activePack,
  getPolicyVersion,
  listPolicyVersions,
  pinnedPacks,
  savePolicyVersion,
} from '../../src/store/policy-versions';
import { findTicket } from '../../src/store/ticket';
import { HOUR, openRequest, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const SOURCE = resolve(__dirname, '../../policies/trust-safety');
const PACK = 'trust_safety';
let dir: string;

beforeEach(async () => {
  await store.pool.query('truncate policy_approval, policy_version, setting, ticket restart identity cascade');
  dir = await mkdtemp(join(tmpdir(), 'tocsin-edit-'));
  await cp(SOURCE, dir, { recursive: true });
});
afterEach(() => rm(dir, { recursive: true }));

const publish = (loaded: LoadedPack, by: string, at: number, waive?: string) =>
  savePolicyVersion(
    store.pool,
    {
      ...{ hash: loaded.hash, packId: PACK, version: String(loaded.pack.version['id']), body: loaded.pack },
      ...{ templates: loaded.templates, classifier: loaded.classifier, publishedAt: at, publishedBy: by },
    },
    waive === undefined ? {} : { waive },
  );
const open = async (at: number) => {
  const active = await activePack(store.pool, PACK);
  const request = openRequest({ packId: PACK, packHash: active?.hash ?? '', receivedAt: at, now: at });
  return (await openTicket(store.pool, request)).id;
};
const hashOf = async (ticket: string) => (await findTicket(store.pool, ticket))?.packHash;

async function edit(file: string, from: string, to: string): Promise<LoadedPack> {
  const path = join(dir, file);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  return loadPack(dir);
}

test.each([
  [
    'a prompt [TS-286]',
    'triage/prompts.yaml',
    'Go by the primary intent',
    'Go by what weighs most',
    'classifier.prompts',
  ],
  [
    'a voice, as a model is told it [TS-286]',
    'bots.yaml',
    'Sincere and engaged',
    'Sincere, calm and engaged',
    'voices.security_specialist',
  ],
  [
    'an education template [TS-287]',
    'templates/no_bad_actor.liquid',
    'This is unfortunately common',
    'Sadly this is common',
    'templates.no_bad_actor',
  ],
])(
  'an edit of %s is a version that new tickets get once it is approved; tickets that run keep theirs',
  async (_what, file, from, to, changed) => {
    const before = await loadPack(dir);
    await publish(before, 'kim', T0, 'set up');
    const running = await open(T0 + 1);
    const after = await edit(file, from, to);
    expect(after.hash).not.toBe(before.hash);
    expect(diffPacks(before, after).map(({ path }) => path)).toEqual([changed]);

    expect(await publish(after, 'lee', T0 + HOUR)).toEqual({ active: false, open: ['ts_lead'] });
    expect(await hashOf(await open(T0 + HOUR))).toBe(before.hash);
    const decision = {
      role: 'ts_lead',
      decision: 'approve' as const,
      by: 'Ada Lee',
      note: 'clearer',
      at: T0 + 2 * HOUR,
    };
    expect(await decideVersion(store.pool, after.hash, decision)).toMatchObject({ active: true });

    expect(await hashOf(await open(T0 + 3 * HOUR))).toBe(after.hash);
    expect(await hashOf(running)).toBe(before.hash);
    expect((await pinnedPacks(store.pool)).sort()).toEqual([before.hash, after.hash].sort());
    const [kept, edited] = await Promise.all(
      [before.hash, after.hash].map((hash) => getPolicyVersion(store.pool, hash)),
    );
    const words = ({ body, templates, classifier }: NonNullable<typeof kept>) =>
      JSON.stringify({ body, templates, classifier });
    expect(kept && words(kept)).toContain(from);
    expect(kept && words(kept)).not.toContain(to);
    expect(edited && words(edited)).toContain(to);

    expect(
      (await listPolicyVersions(store.pool, PACK)).map((one) => [
        one.hash,
        one.publishedBy,
        one.publishedAt,
        one.active,
      ]),
    ).toEqual([
      [after.hash, 'lee', T0 + HOUR, true],
      [before.hash, 'kim', T0, false],
    ]);
    const [audit] = await listApprovals(store.pool, PACK);
    expect(audit?.history).toMatchObject([
      { role: 'ts_lead', decision: 'approve', by: 'Ada Lee', note: 'clearer', at: T0 + 2 * HOUR },
    ]);
  },
);

test('an edit of nothing but a comment is no new version [TS-286] [TS-287]', async () => {
  const before = await loadPack(dir);
  const after = await edit('bots.yaml', '# The bots of the procedure', '# Bots of the procedure');
  expect(after.hash).toBe(before.hash);
});
