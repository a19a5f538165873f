import { tocsin } from './support';

test('availability says what a customer finds on a channel, and when it opens next', async () => {
  const ask = (at: string, ...more: string[]) =>
    tocsin(['availability', 'chat', '--plan', 'starter', '--policy', 'secureai', '--at', at, ...more]);
  const { code, out } = await ask('2026-11-30T18:00:00-05:00', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: 'offline', nextOpening: '2026-12-01T14:00:00Z' });
  expect((await ask('2026-11-30T10:00:00-05:00')).out).toContain('live');
  expect((await tocsin(['availability', 'fax', '--policy', 'secureai'])).code).toBe(1);
});

const people = (...args: string[]) => tocsin(['people', '--policy', 'secureai', ...args]);

test('people lists roles and how to reach them, one role with everything known of it', async () => {
  const all = await people('--json');
  expect(all.code).toBe(0);
  expect((JSON.parse(all.out) as { role: string }[]).map(({ role }) => role)).toContain('tier_1');
  const one = await people('support_manager');
  expect(one.out).toContain('support-mgr@secureai.com');
  expect(one.out).toContain('support-manager@secureai.com');
  expect((await people('janitor')).code).toBe(1);
});

test('people --tree draws the organisation', async () => {
  const { out } = await people('--tree');
  expect(out.split('\n').slice(0, 4)).toEqual([
    'VP of Customer Success',
    '  Director of Support',
    '    Support Manager - Tier 1',
    '      Support Agent (6)',
  ]);
});

test('oncall gaps of a pack on disk says when nobody is on call, and fails', async () => {
  const span = ['--policy', 'secureai', '--from', '2026-11-29T00:00:00Z', '--to', '2026-12-29T00:00:00Z'];
  const found = await tocsin(['oncall', 'gaps', ...span, '--json']);
  expect(found.code).toBe(1);
  expect(JSON.parse(found.out)).toContainEqual({
    rota: 'engineering',
    from: '2026-11-29T00:00:00Z',
    to: '2026-11-30T14:00:00Z',
    reason: 'not_started',
  });
  expect((await tocsin(['oncall', 'gaps', '--policy', 'secureai', '--from', 'yesterday'])).code).toBe(2);
});
