/** `tocsin policy test`: the scenarios beside a pack, and no other pack of its name. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { scenarioFiles } from '../../src/cli/policy-test';
import { tocsin } from './support';

const PACK = `
pack: tiny
version: { id: "1", from: 2026-01-01 }
zone: UTC
catch_all: boss
people: { boss: { email: boss@example.com } }
commitments: { answer: { from: opened, due: PT1H, met: agent_reply } }
`;
const scenario = (expected: string, policy = 'tiny'): string => `
policy: ${policy}
opened: 2026-03-06T10:00:00Z
ticket: { subject: x, customer: { name: Zoe, email: zoe@example.com, plan: starter } }
until: PT2H
expect: [${expected}]
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-pack-'));
  mkdirSync(join(folder, 'scenarios', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'pack.yaml'), PACK);
  writeFileSync(join(folder, 'scenarios', 'a.yaml'), scenario('{ at: PT1H, event: breached(answer) }'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const test = (...more: string[]): ReturnType<typeof tocsin> => tocsin(['policy', 'test', folder, ...more]);

it('holds every scenario against its pack', async () => {
  const { code, out, err } = await test('--json');
  expect(JSON.parse(out)).toEqual([{ scenario: join(folder, 'scenarios', 'a.yaml'), ok: true, checks: 1, failed: [] }]);
  expect({ code, err }).toEqual({ code: 0, err: '1 of 1 scenarios hold.' });
});

it('ends with 1 where an expectation fails or a scenario cannot be read, and plays the others', async () => {
  writeFileSync(join(folder, 'scenarios', 'b.yaml'), scenario('{ at: PT30M, event: breached(answer) }'));
  writeFileSync(join(folder, 'scenarios', 'deep', 'c.yml'), 'frob: 1');
  const { code, out, err } = await test('--json');
  const results = JSON.parse(out) as { ok: boolean; failed: string[] }[];
  expect(code).toBe(1);
  expect(results.map((one) => one.ok)).toEqual([true, false, false]);
  expect(results[1]?.failed[0]).toMatch(/breached\(answer\) at PT30M: PT1H /);
  expect(results[2]?.failed[0]).toContain('unknown field "frob"');
  expect(err).toBe('1 of 3 scenarios hold.');
  expect((await test()).out).toMatch(/a\.yaml +1 of 1/);
});

it('reads YAML and JSON files in folders of any depth, in order', async () => {
  writeFileSync(join(folder, 'scenarios', 'deep', 'z.json'), '{}');
  writeFileSync(join(folder, 'scenarios', 'notes.md'), '');
  expect((await scenarioFiles(folder)).map((file) => file.slice(folder.length + 1))).toEqual([
    'scenarios/a.yaml',
    'scenarios/deep/z.json',
  ]);
});

it('takes the path of the one file of a pack', async () => {
  const { code, err } = await tocsin(['policy', 'test', join(folder, 'pack.yaml')]);
  expect({ code, err }).toEqual({ code: 0, err: '1 of 1 scenarios hold.' });
});

it('tells a broken pack by file and line, even where a sound one of its name lies elsewhere', async () => {
  cpSync(resolve('policies/secureai/pack.yaml'), join(folder, 'pack.yaml'));
  writeFileSync(join(folder, 'scenarios', 'a.yaml'), scenario('', 'secureai'));
  writeFileSync(join(folder, 'more.yaml'), 'commitments: { answer: { from: opened, dew: PT1H } }\n');
  const { code, out, err } = await test('--json');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/more\.yaml:1:\d+ unknown field "dew"/);
});

it('ends with 1 where there is no scenario', async () => {
  rmSync(join(folder, 'scenarios'), { recursive: true });
  const { code, err } = await test();
  expect(code).toBe(1);
  expect(err).toContain('There is no scenario in');
});
