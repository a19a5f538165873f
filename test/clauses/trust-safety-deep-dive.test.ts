/** The monthly deep dive of Trust & Safety: transcripts, personas, patterns, and a scenario that is added as data. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { History } from '../../src/domain/metrics/history';
import { loadPack } from '../../src/policies/load';
import { diffPacks } from '../../src/policies/pack-diff';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import { contentOf } from '../../src/reports/content';
import { ndjsonOf, transcriptsOf } from '../../src/reports/transcripts';
import { readMessage } from '../../src/triage/messages';
import {
  ALL,
  MONTH,
  PACK,
  part,
  play,
  readTriagePack,
  report,
  round,
  said,
  triagePack,
  ways,
} from '../support/triage-histories';

beforeAll(readTriagePack);

const evidenceOf = (histories: History[]) => ({ pack: triagePack(), histories, series: {} });

describe('the transcript export', () => {
  it('has each conversation of the month with every turn, and nothing that no bot was in [TS-290]', async () => {
    const talked = await play({
      body: 'We were hacked',
      answers: [
        ...said('PT1S', { intent: { value: 'INCIDENT_REPORT' } }),
        ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
        ...round('PT3S', {}),
        ...round('PT1H1S', ALL),
        ...said('PT1H2S', { reassess: { value: 'CONFIRMED_BREACH', score: 9 } }),
      ],
      script: [
        { at: 'PT1H', do: 'message', by: 'customer', text: 'John and Mary, since Sunday' },
        { at: 'PT2H', do: 'reply', by: 'ts_team', text: 'I am looking at it' },
        { at: 'PT3H', do: 'message', by: 'customer', text: 'Thank you' },
      ],
    });
    const [only, ...others] = transcriptsOf(evidenceOf([talked, await ways.standard()]), 'conversations', MONTH);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: talked.id, outcome: 'escalated', policy: { version: '1.0' } });
    const turns = only?.['turns'] as { from: string; text: string; by?: string }[];
    expect(turns.map((turn) => [turn.from, turn.by ?? ''])).toEqual([
      ['customer', ''],
      ['agent', 'bot'],
      ['customer', ''],
      ['agent', 'ts_team'],
      ['customer', ''],
    ]);
    expect(turns.filter((turn) => turn.by !== 'bot').map((turn) => turn.text)).toEqual([
      'We were hacked',
      'John and Mary, since Sunday',
      'I am looking at it',
      'Thank you',
    ]);
  });
  it('is a line each that triage decides on again, and leaves out what a reader may not read [TS-290]', async () => {
    const all = [await ways.escalated(), await ways.educated()];
    const lines = ndjsonOf(transcriptsOf(evidenceOf(all), 'conversations', MONTH))
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => readMessage(line).id)).toEqual(all.map((one) => one.id));
    expect(readMessage(lines[0] ?? '').turns[0]).toEqual({ from: 'customer', text: 'We were hacked' });
    const mine = (ticket: { id?: unknown }): boolean => ticket.id === all[1]?.id;
    expect(transcriptsOf(evidenceOf(all), 'conversations', MONTH, mine).map((one) => one['id'])).toEqual([all[1]?.id]);
    const before = { from: MONTH.from - 1, to: MONTH.from };
    expect(transcriptsOf(evidenceOf(all), 'conversations', before)).toEqual([]);
  });
  it('is named by the report of the month [TS-290]', async () => {
    expect(triagePack().reports['deep_dive']?.transcripts).toBe('conversations');
    expect(part(report('deep_dive', [await ways.escalated(), await ways.standard()], MONTH), '3. Transcripts')).toEqual(
      ['Conversations: 1, to be exported with: tocsin transcripts deep_dive 2026-03'],
    );
  });
});

/** The pack with a text of one of its files put in another's place. */
async function edited<T>(file: string, edit: (text: string) => string, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-pack-'));
  try {
    await cp(PACK, dir, { recursive: true });
    const before = await readFile(join(dir, file), 'utf8');
    const after = edit(before);
    expect(after).not.toBe(before);
    await writeFile(join(dir, file), after);
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

it('says what a version of the month changed in the personas, word by word [TS-291]', async () => {
  const title = '4. What customers and agents say, and what changed in the personas';
  const def = triagePack().reports['deep_dive'];
  if (!def) throw new Error('no report');
  const old = await loadPack(PACK);
  const changes = await edited(
    'bots.yaml',
    (text) => text.replace('Security Educator', 'Safety Guide'),
    async (dir) => diffPacks(old, await loadPack(dir)),
  );
  const edits = changes.map((one) => ({ ...one, version: '1.1', at: Date.UTC(2026, 2, 14) }));
  const lines = part(contentOf(evidenceOf([]), def, MONTH, edits), title);
  expect(lines).toContain('- voices.security_educator changed in version 1.1 (2026-03-14)');
  expect(lines.some((line) => /Security Educator.* → .*Safety Guide/.test(line))).toBe(true);
  expect(part(contentOf(evidenceOf([]), def, MONTH), title)).toContain('No change in this period.');
});

describe('what people triaged', () => {
  const asked = (body: string) => play({ body, answers: said('PT1S', { intent: { value: 'OTHER' } }) });
  it('again and again is shown as clusters [TS-293]', async () => {
    const all = [
      await asked('A voicemail asked for voucher codes, a scam?'),
      await asked('Suspicious activity: somebody made calendar events'),
      await asked('Scam voicemail asked our treasurer for voucher codes'),
      await ways.escalated(),
      // Alike as well, but no person had to triage them.
      await ways.escalated(),
    ];
    expect(part(report('deep_dive', all, MONTH), '6. What people triaged again and again')).toEqual([
      `- 2 tickets: asked, codes, scam, voicemail, voucher (${all[0]?.id}, ${all[2]?.id})`,
    ]);
    expect(part(report('deep_dive', [], MONTH), '6. What people triaged again and again')).toEqual(['None']);
  });
  it('becomes a scenario by a row of the policy, without a line of code [TS-293]', async () => {
    const row = `          - name: voicemail
            when: fact.voicemail.score >= 5
            to: end
            outcome: human_handoff
            do: [{ tag: voicemail-scam }]
            clauses: [TS-293]
`;
    const rehearsed = await edited(
      'flow.yaml',
      (text) =>
        text
          .replace(
            /^facts:\n/m,
            'facts:\n  voicemail: { model: voicemail, score: [0, 10], deadline: PT15S, reads: [message.body] }\n',
          )
          .replace('ask_each_message: [active_breach,', 'ask_each_message: [voicemail, active_breach,')
          .replace(/( {8}interrupts: # in this order[^\n]*\n)/, `$1${row}`),
      async (dir) => {
        const loaded = await loadPack(dir);
        expect(loaded.problems.filter((one) => one.severity === 'error')).toEqual([]);
        const source = {
          policy: 'trust_safety',
          opened: '2026-03-02T10:00:00Z',
          ticket: {
            subject: 'A',
            body: 'We were hacked by voicemail',
            channel: 'email',
            customer: { name: 'Ann', email: 'ann@grace.example', plan: 'professional' },
          },
          answers: [
            ...said('PT1S', { intent: { value: 'INCIDENT_REPORT', score: 9 } }),
            ...said('PT2S', { evidence: { value: 'INSUFFICIENT_INFO', score: 5 } }),
            ...round('PT3S', {}),
            ...said('PT3S', { voicemail: { score: 5 } }),
          ],
          until: 'PT1H',
          expect: [],
          never: [],
        };
        return rehearse(parseScenario(JSON.stringify(source), 'inline.yaml'), loaded);
      },
    );
    const events = rehearsed.tickets[0]?.events ?? [];
    expect(events.find((one) => one.type === 'ended')?.data).toMatchObject({
      outcome: 'human_handoff',
      interrupt: 'voicemail',
    });
    expect(events.some((one) => one.type === 'tagged' && one.subject === 'voicemail-scam')).toBe(true);
  });
});
