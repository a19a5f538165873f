/** The bots of Trust & Safety: who they are, what they say and what a model behind them is told. */
import { join } from 'node:path';
import { botsOf, contextsOf } from '../../src/domain/policy/bots';
import type { JsonObject } from '../../src/domain/policy/types';
import { contextOf } from '../../src/domain/ticket/voices';
import { loadPack } from '../../src/policies/load';
import { previewTemplate } from '../../src/policies/preview';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import { loadTriage } from '../../src/triage/load';
import { toldOf } from '../../src/triage/told';

const PACK = join(__dirname, '../../policies/trust-safety');
const pack = loadPack(PACK);

async function bot(title: string) {
  const loaded = await pack;
  const found = botsOf(loaded.pack, {}).find((one) => one.title === title);
  if (!found) throw new Error(`there is no bot ${title}`);
  return found;
}

describe('the bots of Trust & Safety', () => {
  it('classify under their names, at once, and write to nobody [TS-027] [TS-029] [TS-066] [TS-068]', async () => {
    const internal = { customers: false, delay: { from: 'PT0S', to: 'PT0S' }, typos: 0, breakup: 'none' };
    expect(await bot('T&S Intent Classifier')).toMatchObject({ ...internal, speaksAs: 'Intent Classifier' });
    expect(await bot('T&S Evidence Assessor')).toMatchObject({ ...internal, speaksAs: 'Evidence Assessor' });
  });

  it('gather information as the Security Specialist [TS-109] [TS-111] [TS-112]', async () => {
    expect(await bot('T&S Information Gatherer')).toMatchObject({
      speaksAs: 'Security Specialist',
      customers: true,
      delay: { from: 'PT2S', to: 'PT3S' },
      typos: 5,
      breakup: 'medium',
      styled: false,
      states: ['triage.gather'],
    });
  });

  it('teach as the Security Educator [TS-191]', async () => {
    expect(await bot('T&S Security Educator')).toMatchObject({
      speaksAs: 'Security Educator',
      delay: { from: 'PT2S', to: 'PT2S' },
      typos: 3,
      breakup: 'medium',
      styled: false,
      states: ['triage.educate'],
    });
  });

  it('ask without an exclamation mark, each question for its own objective and no other [TS-113]', async () => {
    const loaded = await pack;
    const { triage, spec } = await loadTriage(PACK);
    const items = loaded.pack.flows['triage']?.states['gather']?.collect?.items ?? [];
    expect(items).toHaveLength(4);
    for (const { field, ask } of items) {
      const template = ask?.do === 'deliver' ? (ask.template ?? '') : '';
      const { text, subject } = previewTemplate(loaded, template) ?? { text: '!', subject: '!' };
      expect(`${subject}${text}`).not.toContain('!');
      expect(text).toMatch(/\?\s*$/);
      const reading = triage.read(text);
      const meant = spec.gather.items.filter((one) => one.asked.some((name) => triage.hasSign(reading, name)));
      expect([field, meant.map((one) => one.field)]).toEqual([field, [field]]);
    }
  });

  it('tell a model of the case: contact, organisation, assessment, confidence, tickets before, channel [TS-114] [TS-193]', async () => {
    const loaded = await pack;
    const scenario = parseScenario(JSON.stringify(CASE), 'inline.yaml');
    const { rows } = await rehearse(scenario, loaded);
    const asked = rows.find((row) => row.type === 'asked' && row.subject === 'extract')?.data ?? {};
    const { context = '' } = toldOf(asked, loaded.pack, loaded.templates);
    for (const part of [
      'Ann Lee from Grace Church',
      'Initial assessment: CLEAR_EVIDENCE',
      'Confidence: 7/10',
      'Previous T&S tickets: 2',
      'started via: email',
      'concerned and needs help',
    ])
      expect(context).toContain(part);
    const education = rows.find((row) => row.type === 'asked' && row.subject === 'monitoring')?.data ?? {};
    const told = toldOf(education, loaded.pack, loaded.templates);
    for (const part of [
      'Ann Lee',
      'Evidence Assessment: CLEAR_EVIDENCE',
      'Confidence: 7/10',
      'Information likely obtained from public sources (social media, church website) rather than Planning Center breach',
      'protect their congregation',
    ])
      expect(told.context).toContain(part);
    expect(told.about).toMatch(/teach about security/);
  });

  it('are told nothing where the voice has no context, or the context cannot be written', async () => {
    const loaded = await pack;
    expect(contextsOf(loaded.pack)).toHaveLength(4);
    expect(toldOf({ voice: 'nobody' }, loaded.pack, loaded.templates)).toEqual({});
    const broken = { voice: 'security_educator', context: { template: 'context_gathering', vars: {} } };
    expect(toldOf(broken, loaded.pack, loaded.templates).context).toBeUndefined();
    expect(contextOf({ pack: loaded.pack } as never, undefined)).toEqual({});
  });
});

const NONE = ['active_breach', 'wants_human', 'aggression'].map((fact) => ({ fact, at: 'PT0S', score: 0 }));
const full = { value: 'told', score: 90 };
const CASE: JsonObject = {
  policy: 'trust_safety',
  opened: '2026-03-02T10:00:00Z',
  ticket: {
    subject: 'A message',
    body: 'We got hacked.',
    channel: 'email',
    customer: {
      name: 'Ann Lee',
      email: 'ann@gracechurch.example',
      plan: 'professional',
      organization: 'Grace Church',
      ts_ticket_count: 2,
    },
  },
  answers: [
    { fact: 'intent', at: 'PT0S', value: 'INCIDENT_REPORT', score: 9 },
    { fact: 'evidence', at: 'PT0S', value: 'CLEAR_EVIDENCE', score: 7 },
    ...NONE,
    {
      fact: 'extract',
      at: 'PT0S',
      value: {
        affected_names: { value: ['John Smith'], score: 90 },
        incident_timeline: full,
        suspicious_behaviors: full,
        pc_systems_accessed: full,
      },
    },
    { fact: 'reassess', at: 'PT0S', value: 'SOCIAL_SCRAPING', score: 8 },
    { fact: 'new_evidence', at: 'PT1H', value: 'INSUFFICIENT_INFO', score: 1 },
    { fact: 'monitoring', at: 'PT1H', value: {} },
  ],
  script: [{ at: 'PT1H', do: 'message', by: 'customer', text: 'no thanks' }],
  until: 'PT2H',
  expect: [],
  never: [],
};
