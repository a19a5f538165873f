import type { CompiledPack } from '../../src/domain/policy/types';
import { reportPort } from '../../src/http/report-port';
import { loadPack } from '../../src/policies/load';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import { askMetrics } from '../../src/reports/ask';
import { editsIn } from '../../src/reports/pack-changes';
import { wordsOf } from '../../src/reports/transcripts';
import { appendEvents } from '../../src/store/events';
import { openTicket } from '../../src/store/opening';
import { savePolicyVersion } from '../../src/store/policy-versions';
import { PACK, said } from '../support/triage-histories';
import { openRequest } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const OPENED = Date.UTC(2026, 2, 2, 10);
const STAFF = { kind: 'staff', groups: [] } as const;

/** The pack as two versions of a month: the second speaks in another name. */
async function published(): Promise<CompiledPack> {
  const { pack, templates } = await loadPack(PACK);
  const voice = pack.voices?.['security_educator'];
  if (!voice) throw new Error('no voice');
  const renamed = { ...pack, voices: { ...pack.voices, security_educator: { ...voice, speaksAs: 'Safety Guide' } } };
  const versions: [string, CompiledPack, string, number][] = [
    ['a', pack, '1.0', Date.UTC(2026, 1, 1)],
    ['b', renamed, '1.1', Date.UTC(2026, 2, 14)],
  ];
  for (const [letter, body, version, publishedAt] of versions)
    await savePolicyVersion(
      store.pool,
      {
        hash: letter.repeat(64),
        packId: pack.id,
        version,
        body,
        templates,
        publishedAt,
      },
      { waive: 'test' },
    );
  return pack;
}

test('conversations of a report come from the archive, for those who may read them [TS-290]', async () => {
  const pack = await published();
  const source = {
    policy: 'trust_safety',
    opened: '2026-03-02T10:00:00Z',
    ticket: {
      subject: 'A',
      body: 'We were hacked',
      channel: 'email',
      customer: { name: 'Ann', email: 'ann@grace.example', plan: 'starter' },
    },
    answers: said('PT1S', { intent: { value: 'SECURITY_QUESTION', score: 9 } }),
    script: [{ at: 'PT1H', do: 'reply', by: 'ts_team', text: 'Here is how' }],
    until: 'PT2H',
    expect: [],
    never: [],
  };
  const { tickets } = await rehearse(parseScenario(JSON.stringify(source), 'inline.yaml'), await loadPack(PACK));
  const { id } = await openTicket(
    store.pool,
    openRequest({ packId: pack.id, packHash: 'a'.repeat(64), now: OPENED, receivedAt: OPENED }),
  );
  await appendEvents(store.pool, id, tickets[0]?.events ?? []);
  const port = reportPort(store.pool, async () => pack);
  const lines = (await port.transcripts('deep_dive', '2026-03', STAFF, pack.id)).trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    id,
    outcome: 'product_support',
    policy: { version: '1.0' },
    turns: [
      { from: 'customer', text: 'We were hacked' },
      { from: 'agent', by: 'ts_team', text: 'Here is how' },
    ],
  });
  expect(await port.transcripts('deep_dive', '2026-02', STAFF, pack.id)).toBe('');
  await expect(port.transcripts('weekly_review', '2026-W10', STAFF, pack.id)).rejects.toMatchObject({
    code: 'ESC_REPORT_UNKNOWN',
  });
  await expect(port.transcripts('deep_dive', '2026-03', STAFF, 'nobody')).rejects.toMatchObject({
    code: 'ESC_PACK_UNKNOWN',
  });
  const restricted = {
    ...(tickets[0]?.events.at(-1) as NonNullable<(typeof tickets)[number]['events'][number]>),
    seq: (tickets[0]?.events.length ?? 0) + 1,
    patch: { ticket: { restricted_to: ['ts_lead'] } },
  };
  await appendEvents(store.pool, id, [restricted]);
  expect(await port.transcripts('deep_dive', '2026-03', STAFF, pack.id)).toBe('');
});

test('whoever asks for a report as if it were a figure is told what it is', async () => {
  const { pack } = await loadPack(PACK);
  const ask = (metric: string) => askMetrics(store.pool, { pack, hash: 'a' }, [{ metric }], OPENED);
  await expect(ask('deep_dive')).rejects.toThrow(
    '"deep_dive" is a report of the pack trust_safety, made for each month',
  );
  await expect(ask('nope')).rejects.toThrow('no metric "nope"; `tocsin report` lists them');
});

test('a bot is quoted by its words, in the version that the ticket runs on', () => {
  const turns = [
    { from: 'customer', text: 'ask' },
    { from: 'agent', by: 'bot', text: 'ask' },
    { from: 'agent', by: 'bot', text: 'gone' },
    { from: 'agent', by: 'ada', text: 'ask' },
  ];
  const { turns: told } = wordsOf({ turns }, { ask: { text: 'Who was it?\n' } });
  expect(told).toEqual([turns[0], { ...turns[1], text: 'Who was it?', template: 'ask' }, turns[2], turns[3]]);
});

test('the edits of a period are those of the versions that were published in it [TS-291]', async () => {
  const { id } = await published();
  const month = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) };
  expect(await editsIn(store.pool, id, month)).toMatchObject([
    {
      version: '1.1',
      path: 'voices.security_educator',
      change: 'changed',
      fields: [{ path: 'speaksAs', after: 'Safety Guide' }],
    },
  ]);
  expect(await editsIn(store.pool, id, { from: 0, to: month.from })).toEqual([]);
  expect(await editsIn(store.pool, id, { from: month.to, to: month.to + 1 })).toEqual([]);
});
