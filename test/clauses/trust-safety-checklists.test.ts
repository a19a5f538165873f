/** The set-up of the five bots as check lists: what the system checks by itself, and what the lead ticks. */
import { join } from 'node:path';
import { checkList, scenariosOf, type CheckEvidence, type CheckedList } from '../../src/domain/policy/checklists';
import type { CompiledPack } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import { playNamed } from '../../src/rehearsal/named-scenarios';

const PACK = join(__dirname, '../../policies/trust-safety');
const loading = loadPack(PACK);
let evidence: CheckEvidence;

beforeAll(async () => {
  const loaded = await loading;
  const lists = ['bot_1_intent', 'bot_2_evidence', 'bot_3_gathering', 'bot_4_escalation', 'bot_5_education'].flatMap(
    (name) => loaded.pack.checklists?.[name] ?? [],
  );
  evidence = { scenarios: await playNamed(loaded, scenariosOf(lists)), seen: {}, ticks: {} };
});

async function checked(
  name: string,
  change: (pack: CompiledPack) => CompiledPack = (pack) => pack,
  more: CheckEvidence = {},
): Promise<CheckedList> {
  const { pack } = await loading;
  const list = pack.checklists?.[name];
  if (!list) throw new Error(`there is no checklist ${name}`);
  return checkList(change(pack), list, { ...evidence, ...more });
}

const open = (list: CheckedList): string[] =>
  list.items.filter(({ state }) => state !== 'done').map(({ name }) => name);
const without =
  (voice: string) =>
  (pack: CompiledPack): CompiledPack => {
    const { [voice]: _gone, ...voices } = pack.voices ?? {};
    return { ...pack, voices };
  };
const ALICE = { done: true, by: 'Alice', at: '2026-12-01T09:00:00Z' };
const SEEN = { ticket: 'TICK-20261201-001', at: '2026-12-01T10:00:00Z' };

describe('the set-up of the bots', () => {
  it('of bot 1 has ten items, all but the logging on the stack proved by the pack and its scenarios [TS-217]', async () => {
    const list = await checked('bot_1_intent');
    expect([list.items.length, open(list)]).toEqual([10, ['logging']]);
    const live = await checked('bot_1_intent', undefined, { seen: { 'noted(log_intent)': SEEN } });
    expect(open(live)).toEqual([]);
    expect(open(await checked('bot_1_intent', without('intent_classifier')))).toEqual([
      'persona',
      'silent',
      'context',
      'business',
      'logging',
    ]);
  });

  it('of bot 2 has thirteen items [TS-221]', async () => {
    const list = await checked('bot_2_evidence');
    expect([list.items.length, open(list)]).toEqual([13, ['logging']]);
    expect(open(await checked('bot_2_evidence', without('evidence_assessor')))).toEqual([
      'persona',
      'silent',
      'business',
      'logging',
    ]);
  });

  it('of bot 3 has eighteen items, of which a person confirms the packages [TS-225]', async () => {
    const list = await checked('bot_3_gathering');
    expect([list.items.length, open(list)]).toEqual([18, ['handoff']]);
    expect(list.items.find(({ name }) => name === 'handoff')).toMatchObject({ kind: 'human', role: 'ts_lead' });
    expect(open(await checked('bot_3_gathering', undefined, { ticks: { 'bot_3_gathering.handoff': ALICE } }))).toEqual(
      [],
    );
  });

  it('of bot 4 has eleven items; alert and message count once they have arrived on the stack [TS-231]', async () => {
    const list = await checked('bot_4_escalation');
    expect([list.items.length, open(list)]).toEqual([11, ['slack_arrives', 'customer_message', 'handoff']]);
    const live = await checked('bot_4_escalation', undefined, {
      seen: { 'delivered(ts_alert)': SEEN, 'delivered(admin_follow_up)': SEEN },
      ticks: { 'bot_4_escalation.handoff': ALICE },
    });
    expect(open(live)).toEqual([]);
    const silent = (pack: CompiledPack): CompiledPack => ({
      ...pack,
      rules: { ...pack.rules, reminder_4h: undefined as never },
    });
    expect(open(await checked('bot_4_escalation', silent))).toContain('reminder');
  });

  it('of bot 5 has fifteen items, twelve of configuration and three of tests [TS-237]', async () => {
    const list = await checked('bot_5_education');
    expect([list.items.length, open(list)]).toEqual([15, ['helpful', 'clear']]);
    expect(list.items.slice(12).map(({ name }) => name)).toEqual(['flow', 'helpful', 'clear']);
    expect(list.items.slice(0, 12).every(({ kind }) => kind === 'automatic')).toBe(true);
  });

  it('has an item open where a scenario does not hold any more [TS-217]', async () => {
    const broken = { ...evidence.scenarios, 'triage/intent-question': { ok: false, why: 'at PT1S' } };
    expect(open(await checked('bot_1_intent', undefined, { scenarios: broken }))).toEqual([
      'samples',
      'routing',
      'logging',
    ]);
  });
});
