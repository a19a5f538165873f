import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tocsin } from './support';

const SCENARIO = join(__dirname, '../../policies/trust-safety/scenarios/bots/information-gatherer.yaml');

test('policy bots prints the bots of a pack and the contexts for a scenario', async () => {
  const { code, out } = await tocsin(['policy', 'bots', 'trust-safety', '--ticket', SCENARIO, '--json']);
  expect(code).toBe(0);
  const bots = JSON.parse(out) as { title: string; context: { text: string; madeUp: string[] } }[];
  expect(bots.map(({ title }) => title)).toContain('T&S Information Gatherer');
  expect(bots[2]?.context.text).toContain('Ann Lee from Grace Church');
  expect(bots[2]?.context.madeUp).toEqual([]);
});

test('policy bots --say shows what the style would do to a generated text, and sends nothing', async () => {
  const text = 'Please look at https://example.org/a again. Thank you for your patience with all of this.';
  const { out } = await tocsin(['policy', 'bots', 'trust-safety', '--say', text]);
  expect(out).toContain('https://example.org/a');
  expect(out).toContain('Would say');
});

test('a pack without bots says so', async () => {
  const { code, out, err } = await tocsin(['policy', 'bots', 'risk-management', '--json']);
  expect([code, out, err]).toEqual([0, '[]', 'risk-management has no bots.']);
});

test('policy map draws a flow with the way of a scenario', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tocsin-map-')), 'map.svg');
  const { code, out } = await tocsin(['policy', 'map', 'trust-safety', '--ticket', SCENARIO, '--svg', file]);
  expect([code, out]).toEqual([0, file]);
  expect(readFileSync(file, 'utf8')).toMatch(/^<svg .*Info Gathering/s);
  const text = await tocsin(['policy', 'map', 'trust-safety', '--ticket', SCENARIO]);
  expect(text.out).toContain('● Info Gathering (T&S Information Gatherer, 4 to collect) ← stands here');
  expect((await tocsin(['policy', 'map', 'trust-safety', '--flow', 'nothing'])).code).toBe(1);
  const { code: none, err } = await tocsin(['policy', 'map', 'secureai']);
  expect([none, err]).toEqual([1, expect.stringMatching(/secureai has no flow$/)]);
});

test('a context that can do without a value says so itself: nothing is made up', async () => {
  const opening = join(mkdtempSync(join(tmpdir(), 'tocsin-opening-')), 'opening.json');
  writeFileSync(
    opening,
    JSON.stringify({
      subject: 'A scam',
      body: 'scam',
      channel: 'chat',
      customer: { name: 'Ann', email: 'a@b.example', plan: 'starter' },
    }),
  );
  const { out } = await tocsin(['policy', 'bots', 'trust-safety', '--ticket', opening, '--json']);
  const gatherer = (JSON.parse(out) as { context: { text: string; madeUp: string[] } }[])[2]?.context;
  expect(gatherer?.madeUp).toEqual([]);
  expect(gatherer?.text).toContain('Previous T&S tickets: 0\nThis conversation started via: chat');
});
