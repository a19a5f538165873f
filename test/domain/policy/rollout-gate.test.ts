import { raiseFaults } from '../../../src/domain/policy/rollout-gate';
import { DAY_MS } from '../../../src/domain/time/instants';

const NOW = Date.UTC(2026, 11, 15);
const DEF = {
  steps: [25, 50, 100],
  stay: 7 * DAY_MS,
  nextWhen: { src: 'metric.wrong.met', x: ['lit', true], reads: [] },
};
const GOOD = { holds: true, figures: [] };
const faults = (share: number, since: number | undefined, wanted: number, next = GOOD as never): string[] =>
  raiseFaults(DEF as never, { share, ...(since === undefined ? {} : { since }) }, wanted, NOW, next);

test('a successful week later the next step may be taken, and no earlier [TS-307]', () => {
  expect(faults(25, NOW - 7 * DAY_MS, 50)).toEqual([]);
  expect(faults(25, NOW - 7 * DAY_MS + 1, 50)).toEqual([
    '25 % has stood since 2026-12-08T00:00:00.001Z and stays until 2026-12-15T00:00:00.001Z',
  ]);
  expect(faults(50, NOW - 8 * DAY_MS, 100)).toEqual([]);
});

test('no step is left out, and there is none after the last', () => {
  expect(faults(25, undefined, 100)).toEqual(['the step after 25 % is 50 %; 100 % leaves it out']);
  expect(raiseFaults({ steps: [25] }, { share: 25 }, 30, NOW, GOOD)).toEqual([
    '25 % is the last step; 30 % is beyond it',
  ]);
});

test.each([
  [false, 'next_when does not hold: metric.wrong.met (wrong is 31 %)'],
  [undefined, 'next_when cannot be told yet: metric.wrong.met (wrong is 31 %)'],
])('a condition that is %s speaks against it, with its figures', (holds, fault) => {
  expect(faults(25, undefined, 50, { holds, figures: ['wrong is 31 %'] } as never)).toEqual([fault]);
});

test('the share may always be lowered, and a smaller raise than a step is free', () => {
  expect(faults(100, NOW, 0, { holds: false, figures: [] } as never)).toEqual([]);
  expect(faults(0, undefined, 10)).toEqual([]);
});
