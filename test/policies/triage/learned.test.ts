/** What the embedded classifier learned from labelled messages: that it can be learned again, that it helps, that it shows its reasons. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Triage } from '../../../src/domain/classify/classifier';
import type { Labelled } from '../../../src/triage/evaluate';
import { learnAll, learnedFile } from '../../../src/triage/learn';
import { readLabelled } from '../../../src/triage/messages';
import { DATA, labelledIn, theTriage } from './support';

const FOLDER = join(DATA, 'learning');
const messagesOf = (file: string): Labelled[] =>
  readFileSync(join(FOLDER, file), 'utf8').trim().split('\n').map(readLabelled);
const files = readdirSync(FOLDER).sort();

/** The share of messages whose first customer text gets the labelled answer, and of those without a label none. */
function accuracy(triage: Triage, question: 'intent' | 'evidence', messages: readonly Labelled[]): number {
  const asked = messages.filter((one) => typeof one[question] === 'string');
  const right = asked.filter(
    (one) => (triage.ask(question, one.turns[0]?.text ?? '').value ?? 'UNCLEAR') === one[question],
  );
  return right.length / asked.length;
}

test('the same messages give the weights that the pack holds', async () => {
  const { triage } = await theTriage;
  const again = learnAll(triage, [...labelledIn('development'), ...files.flatMap(messagesOf)]);
  expect(Object.keys(again)).toEqual(Object.keys(triage.spec.learned));
  for (const [question, { weights, values }] of Object.entries(triage.spec.learned)) {
    const found = again[question];
    expect(found?.values).toEqual(values);
    expect(Object.keys(found?.weights ?? {}).length).toBeGreaterThan(100);
    // Another processor may round the last digit another way.
    const apart = Object.entries(weights).filter(([name, row]) =>
      row.some((weight, column) => Math.abs(weight - (found?.weights[name]?.[column] ?? 0)) > 0.03),
    );
    expect(apart.length / Object.keys(weights).length).toBeLessThan(0.01);
  }
});

test('what some writers teach holds for messages of another, far better than the rules alone', async () => {
  const { triage } = await theTriage;
  const rules = new Triage({ ...triage.spec, learned: {} });
  const strangers = messagesOf('writer-1.ndjson');
  const others = files.filter((file) => file !== 'writer-1.ndjson').flatMap(messagesOf);
  const learned = new Triage({
    ...triage.spec,
    learned: learnAll(triage, [...labelledIn('development'), ...others]),
  });
  expect(accuracy(learned, 'intent', strangers)).toBeGreaterThan(0.85);
  expect(accuracy(rules, 'intent', strangers)).toBeLessThan(0.75);
  expect(accuracy(learned, 'evidence', strangers)).toBeGreaterThan(0.85);
  expect(accuracy(rules, 'evidence', strangers)).toBeLessThan(0.75);
});

test('an answer lists the features that spoke for it, by their names in the pack', async () => {
  const { triage } = await theTriage;
  const text = 'Somebody we do not know has been reading the prayer requests in our group since Sunday';
  const { value, reasons } = triage.ask('intent', text);
  expect(value).toBe('INCIDENT_REPORT');
  const told = reasons.flatMap((reason) => /^INCIDENT_REPORT \+[\d.]+: learned of “(.+)”$/.exec(reason)?.[1] ?? []);
  expect(told.length).toBeGreaterThan(0);
  for (const name of told) expect(triage.spec.learned['intent']?.weights).toHaveProperty([name]);
});

test('a text of which nothing is known is left to the rules', async () => {
  const { triage } = await theTriage;
  expect(triage.ask('intent', 'qwxzv jjkkp')).toMatchObject({ value: null, score: 0 });
  expect(triage.ask('intent', '')).toMatchObject({ value: null, score: 0 });
});

test('no message is labelled for a question: a clear refusal', async () => {
  const { triage } = await theTriage;
  expect(() => learnAll(triage, [{ id: 1, turns: [{ from: 'customer', text: 'hello' }] }])).toThrow(
    'no message has a label "intent"',
  );
  const without = new Triage({ ...triage.spec, learnable: [] });
  expect(() => learnAll(without, [])).toThrow('no "learnable" questions');
});

test('the file is JSON with a feature a line', () => {
  const file = learnedFile({ intent: { values: ['A', null], bias: [0.1, -0.1], weights: { 'word a': [1, -1] } } });
  expect(JSON.parse(file)).toEqual({
    learned: { intent: { values: ['A', null], bias: [0.1, -0.1], weights: { 'word a': [1, -1] } } },
  });
  expect(file.split('\n')).toContain('"word a": [1,-1]');
});

test('a weak learned sign of an active breach rings nobody: it counts from the score that the pack sets', async () => {
  const { triage } = await theTriage;
  const text = 'Yes, the new profiles are inside People, one joined a group';
  const loose = new Triage({
    ...triage.spec,
    questions: Object.fromEntries(
      Object.entries(triage.spec.questions).map(([name, question]) => [name, { ...question, learned_from: 0 }]),
    ),
  });
  expect(loose.ask('active_breach', text).score).toBeGreaterThanOrEqual(4);
  expect(triage.ask('active_breach', text).score).toBeLessThan(4);
});
