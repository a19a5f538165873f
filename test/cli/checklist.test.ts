import { tocsin } from './support';

test('checklist of a pack on disk says what is proved and what nobody knows without a stack', async () => {
  const { code, out, err } = await tocsin(['checklist', 'trust-safety', 'bot_1_intent', '--offline', '--json']);
  expect(code).toBe(0);
  const { checklists } = JSON.parse(out) as {
    checklists: { done: number; items: { name: string; state: string }[] }[];
  };
  expect(checklists).toHaveLength(1);
  expect(checklists[0]?.done).toBe(9);
  expect(checklists[0]?.items.at(-1)).toMatchObject({ name: 'logging', state: 'unknown' });
  expect(err).toContain('No stack was asked');
});

test('checklist as text marks each item with its reasons', async () => {
  const { out } = await tocsin(['checklist', 'trust-safety', 'bot_4_escalation', '--offline']);
  expect(out).toContain('Bot 4: Auto-Escalation Actions (bot_4_escalation): 8 of 11 done');
  expect(out).toContain('  [x] reminder: Set up 4-hour follow-up reminder\n        rules.reminder_4h');
  expect(out).toContain('  [?] slack_arrives');
});

test('a checklist that the pack does not have is named with those it has', async () => {
  const { code, err } = await tocsin(['checklist', 'trust-safety', 'bot_9', '--offline']);
  expect(code).toBe(1);
  expect(err).toContain('bot_1_intent');
});

test('a pack without checklists says so', async () => {
  const { code, out, err } = await tocsin(['checklist', 'risk-management', '--offline']);
  expect([code, out.trim(), err.trim()]).toEqual([0, '', 'risk_management has no checklists.']);
});
