import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tocsin } from './support';

const DATA = join(__dirname, '../data/triage');
const lines = (out: string): Record<string, unknown>[] =>
  out.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
const triage = (input: string, ...more: string[]) => tocsin(['triage', '--policy', 'trust-safety', ...more], input);

test('answers a line each, in order, and goes on after a bad one', async () => {
  const input = [
    JSON.stringify({ id: 'a', text: 'Our account was hacked' }),
    'no json',
    JSON.stringify({ id: 'b' }),
    JSON.stringify({ id: 3, turns: [{ from: 'customer', text: 'Where is the printer?' }] }),
    JSON.stringify({ id: 'c', turns: [{ from: 'bot', text: 'x' }] }),
    '',
    JSON.stringify({ id: 'd', text: 'How do I enable two-step verification?' }),
  ].join('\n');
  const { code, out } = await triage(input);
  expect(code).toBe(0);
  const answers = lines(out);
  expect(answers).toMatchObject([
    {
      id: 'a',
      keywordHit: true,
      supplementaryHit: expect.any(Boolean),
      intent: 'INCIDENT_REPORT',
      evidence: 'INSUFFICIENT_INFO',
      action: 'gather_information',
      outcome: null,
      turn: null,
    },
    { error: 'the line is not JSON' },
    { error: expect.stringMatching(/text.*turns/) },
    {
      id: 3,
      keywordHit: false,
      supplementaryHit: false,
      intent: 'UNCLEAR',
      evidence: null,
      action: 'normal_handling',
      outcome: 'standard_support',
      turn: 1,
    },
    { error: expect.stringMatching(/from/) },
    { error: expect.stringMatching(/empty/) },
    {
      id: 'd',
      keywordHit: false,
      supplementaryHit: true,
      intent: 'SECURITY_QUESTION',
      outcome: 'product_support',
      turn: 1,
    },
  ]);
  for (const key of ['confidence', 'reasons', 'version']) expect(answers[0]).toHaveProperty(key);
});

test('quotes nothing of a line that it cannot read', async () => {
  const { out } = await triage('{ "id": 1, "text": "secret words" ');
  expect(out).not.toContain('secret');
});

test('classifies whatever the keywords say when told to, and finds the pack by its id too', async () => {
  const input = JSON.stringify({ id: 1, text: 'What are the password requirements?' });
  expect(lines((await triage(input)).out)[0]).toMatchObject({ intent: 'UNCLEAR', outcome: 'standard_support' });
  const asked = await tocsin(['triage', '--policy', 'trust_safety', '--no-prefilter', '--json'], input);
  expect(lines(asked.out)[0]).toMatchObject({ keywordHit: false, intent: 'SECURITY_QUESTION' });
});

test.each([
  [['triage'], /--policy/],
  [['triage', '--policy', 'trust-safety', '--classifier', 'oracle'], /embedded or model/],
  [['triage', '--policy', 'nowhere'], /nowhere/],
  [['triage', 'evaluate', '/nowhere.ndjson', '--policy', 'trust-safety'], /cannot be read/],
])('wrong usage is told and costs 2: %j', async (args, message) => {
  const { code, err, out } = await tocsin(args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(message);
});

test("evaluates the document's cases: matrices, precision, recall, targets [TS-302, TS-303]", async () => {
  const told = await tocsin(['triage', 'evaluate', join(DATA, 'document.ndjson'), '--policy', 'trust-safety']);
  expect(told.code).toBe(0);
  expect(told.out).toMatch(/intent: 9 of 9 right, 100\.0%/);
  expect(told.out).toMatch(/precision/);
  const json = await tocsin([
    'triage',
    'evaluate',
    join(DATA, 'document.ndjson'),
    '--policy',
    'trust-safety',
    '--json',
  ]);
  const evaluation = JSON.parse(json.out) as { ok: boolean; matrices: { of: string; accuracy: number }[] };
  expect(evaluation.ok).toBe(true);
  expect(evaluation.matrices.map((one) => [one.of, one.accuracy])).toEqual([
    ['intent', 1],
    ['evidence', 1],
    ['action', 1],
    ['outcome', 1],
  ]);
});

test('costs 1 when a target is missed, and tells which', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-triage-'));
  try {
    const file = join(folder, 'wrong.ndjson');
    writeFileSync(
      file,
      `${JSON.stringify({ id: 1, text: 'How do I reset my password?', intent: 'INCIDENT_REPORT' })}\nbroken\n`,
    );
    const { code, out, err } = await tocsin(['triage', 'evaluate', file, '--policy', 'trust-safety']);
    expect(code).toBe(1);
    expect(out).toMatch(/NO/);
    expect(err).toMatch(/wrong\.ndjson:2: the line is not JSON/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
