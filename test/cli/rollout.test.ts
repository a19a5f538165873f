import { renderVersions } from '../../src/cli/approvals';
import { renderComparison, renderRollout } from '../../src/cli/rollout';

test('a rollout tells what is in force, what speaks against the next step, and everything that was set', () => {
  const text = renderRollout({
    ...{ rollout: 'all', share: 25, since: '2026-12-08T09:00:00Z', rest: 'shadow', steps: [25, 50, 100], next: 50 },
    unmet: ['25 % has stood since 2026-12-08T09:00:00Z and stays until 2026-12-15T09:00:00Z'],
    history: [
      { share: 25, at: '2026-12-08T09:00:00Z', by: 'Dana', reason: 'week 9', unmet: [] },
      { share: 0, at: '2026-12-01T09:00:00Z', by: 'Ben', reason: 'shadow', unmet: ['the step is 25 %'] },
    ],
  });
  expect(text).toMatchInlineSnapshot(`
   "Rollout     the whole pack
   Share       25 % since 2026-12-08 09:00
   The rest    in shadow: decided and recorded, nothing is done
   Steps       25 %, 50 %, 100 %
   Next        50 %
   Against it  25 % has stood since 2026-12-08T09:00:00Z and stays until
               2026-12-15T09:00:00Z

   Set               Share  By    Reason
   ────────────────  ─────  ────  ──────────────────────────────────
   2026-12-08 09:00  25 %   Dana  week 9
   2026-12-01 09:00  0 %    Ben   shadow (although the step is 25 %)"
  `);
});

test('a comparison tells how often both agree, apart for questions that were never put', () => {
  const text = renderComparison({
    ...{ from: '2026-12-01T00:00:00Z', to: '2026-12-08T00:00:00Z' },
    counts: { agree: 1, disagree: 0, left: 0, open: 0, undecided: 1 },
    all: { compared: 1, agree: 1, share: 1 },
    asked: { compared: 1, agree: 1, share: 1 },
    unasked: { compared: 0, agree: 0, share: null },
    tickets: [
      { ticket: 'TICK-20261201-001', bot: 'escalated', person: 'breach', verdict: 'agree', unasked: 0, overruled: 0 },
      {
        ticket: 'TICK-20261201-002',
        bot: null,
        person: null,
        verdict: 'undecided',
        unasked: 2,
        silent: true,
        overruled: 1,
      },
    ],
  });
  expect(text).toMatchInlineSnapshot(`
   "Opened                     2026-12-01 00:00 to 2026-12-08 00:00
   Tickets in shadow          2
   Same conclusion            1 of 1 (100 %)
     without a question       1 of 1 (100 %)
     questions not put        nothing to compare
   left to people             0
   people have not concluded  0
   not decided                1

   Ticket             Pack       People               Not asked   Overruled
   ─────────────────  ─────────  ──────  ───────────  ──────────  ─────────
   TICK-20261201-001  escalated  breach  agree
   TICK-20261201-002  -          -       not decided  2, silence  1"
  `);
});

test('nothing in shadow is said in a line', () => {
  expect(renderComparison({ tickets: [], counts: {}, all: { share: null } })).toContain('nothing to compare');
});

test('a version that ran before anybody was asked tells who has approved it since', () => {
  const waive = { decision: 'waive', role: '' };
  const one = { pack: 'desk', version: '1.0', hash: 'a'.repeat(64), active: true, open: [], approvers: ['lead'] };
  expect(renderVersions([{ ...one, history: [waive] }])).toMatch(/active +nobody was asked$/);
  const told = renderVersions([{ ...one, history: [{ decision: 'approve', role: 'lead' }, waive] }]);
  expect(told).toContain('nobody was asked; approved by lead');
});
