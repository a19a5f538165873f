/** `up` and `doctor`: what they hand to the stack, and how they end. The stack itself is tested in test/local. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStack } from '../../src/local/run-stack';
import { tocsin } from './support';

jest.mock('../../src/local/run-stack', () => ({ runStack: jest.fn() }));
const stack = jest.mocked(runStack);

let folder: string;
const before = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-up-'));
  process.env['TOCSIN_DATA_DIR'] = folder;
  delete process.env['TOCSIN_POLICY'];
  delete process.env['TOCSIN_ENCRYPTION_KEYS'];
  delete process.env['TOCSIN_ENCRYPTION_KEYS_FILE'];
  stack.mockReset().mockResolvedValue(0);
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

it('makes an encryption key once, readable by its owner only', async () => {
  expect(await tocsin(['up'])).toMatchObject({ code: 0, out: '' });
  const file = String(stack.mock.calls[0]?.[0]?.env?.['TOCSIN_ENCRYPTION_KEYS_FILE']);
  const key = readFileSync(file, 'utf8');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await tocsin(['up']);
  expect(readFileSync(file, 'utf8')).toBe(key);
});

it('leaves keys alone that are configured', async () => {
  process.env['TOCSIN_ENCRYPTION_KEYS'] = 'given';
  await tocsin(['up']);
  expect(stack.mock.calls[0]?.[0]?.env?.['TOCSIN_ENCRYPTION_KEYS_FILE']).toBeUndefined();
});

it('says on stderr what to do next', async () => {
  stack.mockImplementation(async (options) => {
    await options?.afterReady?.({ url: 'http://127.0.0.1:4000' } as never);
    return 0;
  });
  const { out, err } = await tocsin(['up']);
  expect(out).toBe('');
  expect(err).toContain('tocsin open policies/secureai/examples/p1.yaml');
  expect(err).toContain('http://127.0.0.1:4000/status');
});

it.each([
  ['policies/support-desk', 'tocsin open policies/support-desk/examples/breach.yaml'],
  ['policies/risk-management', 'tocsin open FILE'],
])('names an opening that the pack %s can take', async (policy, told) => {
  process.env['TOCSIN_POLICY'] = policy;
  stack.mockImplementation(async (options) => {
    await options?.afterReady?.({ url: 'http://127.0.0.1:4000' } as never);
    return 0;
  });
  expect((await tocsin(['up'])).err).toContain(told);
});

it('ends with 1 where a part of the stack does not start', async () => {
  stack.mockResolvedValue(1);
  expect(await tocsin(['up'])).toMatchObject({ code: 1, out: '' });
});

it('doctor tells each part, its state and a remedy for what is missing', async () => {
  const { code, out } = await tocsin(['doctor', '--json']);
  const { checks } = JSON.parse(out) as { checks: { name: string; state: string; remedy?: string }[] };
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['Node', 'PostgreSQL', 'Temporal']));
  for (const check of checks) if (check.state === 'missing') expect(check.remedy).toBeDefined();
  expect(code).toBe(checks.some(({ state }) => state === 'missing') ? 1 : 0);
});
