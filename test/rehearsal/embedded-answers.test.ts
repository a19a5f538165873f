/** What nobody scripts, the pack's own classifier answers: at the same instant, with its reasons and its version. */
import { join } from 'node:path';
import type { JsonObject } from '../../src/domain/policy/types';
import { embeddedAnswer } from '../../src/domain/classify/fact-answer';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import { loadTriage } from '../../src/triage/load';

const theTriage = loadTriage(join(__dirname, '../../policies/trust-safety'));

async function answer(fact: string, inputs: JsonObject) {
  const { loaded, triage } = await theTriage;
  const def = loaded.pack.facts[fact];
  if (!def) throw new Error(`there is no fact ${fact}`);
  return embeddedAnswer(triage, loaded.pack, def, inputs);
}
const said = (...texts: string[]): JsonObject[] => texts.map((text, at) => ({ at, from: 'customer', text }));

describe('the embedded classifier', () => {
  test('answers a question with value, score, reasons and version', async () => {
    const { triage } = await theTriage;
    expect(await answer('intent', { 'message.body': 'Someone hacked our account' })).toEqual({
      value: 'INCIDENT_REPORT',
      score: expect.any(Number),
      reasons: expect.arrayContaining([expect.stringContaining('hacked')]),
      version: triage.version,
    });
  });

  test('has no value where none of the values fits', async () => {
    expect(await answer('intent', { 'message.body': 'Hello' })).not.toHaveProperty('value');
  });

  test('reads what the customer has written so far, where the fact reads the transcript', async () => {
    const transcript = [
      ...said('We got hacked.'),
      { at: 1, from: 'bot', text: 'ask_names' },
      ...said('Someone else changed the email addresses of our profiles in Planning Center'),
    ];
    expect((await answer('evidence', { 'message.body': 'We got hacked.' }))?.value).toBe('INSUFFICIENT_INFO');
    expect((await answer('evidence', { transcript }))?.value).toBe('CLEAR_EVIDENCE');
  });

  test('extracts fields, more from an answer to a question', async () => {
    const found = async (asking?: string) =>
      (
        await answer('extract', {
          transcript: said('Yes.'),
          ...(asking === undefined ? {} : { 'flow.triage.asking': asking }),
        })
      )?.value;
    expect(await found()).toEqual({});
    expect(await found('pc_systems_accessed')).toEqual({ pc_systems_accessed: { value: 'yes', score: 80 } });
    expect(
      (await answer('extract', { transcript: said('John Smith and Mary Johnson, since yesterday') }))?.value,
    ).toMatchObject({
      affected_names: { value: ['John Smith', 'Mary Johnson'] },
      incident_timeline: { value: expect.stringContaining('yesterday') },
    });
  });

  test('takes what was collected into account', async () => {
    const value = async (pc_systems_accessed: string) =>
      (await answer('reassess', { transcript: said('We got hacked.'), collected: { pc_systems_accessed } }))?.value;
    expect(await value('yes')).toBe('CONFIRMED_BREACH');
    expect(await value('no')).toBe('SOCIAL_SCRAPING');
    expect(await value('')).toBe('STILL_UNCLEAR');
  });

  test.each([
    ['sure, please', 'yes'],
    ['No thank you', 'no'],
  ])('[TS-200] fills a field from a question of its own: %s', async (text, value) => {
    expect(
      (await answer('monitoring', { 'message.body': text, 'flow.triage.asking': 'wants_monitoring_info' }))?.value,
    ).toEqual({
      wants_monitoring_info: { value, score: expect.any(Number) },
    });
  });
});

describe('a rehearsal', () => {
  const play = async (answers: JsonObject[]) => {
    const { loaded } = await theTriage;
    const source = {
      policy: 'trust_safety',
      opened: '2026-03-02T10:00:00Z',
      ticket: {
        subject: 'A message',
        body: 'Someone hacked our account',
        customer: { name: 'Ann', email: 'ann@example.com', plan: 'starter' },
      },
      answers,
      until: 'PT1H',
    };
    const { rows } = await rehearse(parseScenario(JSON.stringify(source), 'inline.yaml'), loaded);
    return rows.filter((row) => row.type === 'fact' && row.subject === 'intent');
  };

  test('is answered at the instant of the question', async () => {
    const [row] = await play([]);
    expect(row).toMatchObject({
      at: '2026-03-02T10:00:00Z',
      data: { value: 'INCIDENT_REPORT', version: (await theTriage).triage.version },
    });
  });

  test('keeps to its script where that speaks of the fact', async () => {
    const [row, ...more] = await play([{ fact: 'intent', at: 'PT2S', value: 'FEATURE_REQUEST' }]);
    expect(row).toMatchObject({ at: '2026-03-02T10:00:02Z', data: { value: 'FEATURE_REQUEST' } });
    expect(more).toEqual([]);
  });
});
