import fc from 'fast-check';
import { nextStep, placeOf, standingOf } from '../../../src/domain/policy/rollout';

const SHADOW = { name: 'all', rest: 'shadow' } as const;
/** Ids as a day gives them out: they differ in their last digits alone. */
const IDS = Array.from({ length: 1_000 }, (_, i) => `TICK-20261126-${String(i + 1).padStart(3, '0')}`);
const live = (share: number): string[] =>
  IDS.filter((id) => standingOf(SHADOW, 'trust_safety', id, share).side === 'live');

describe('the place of a key', () => {
  test('is the same for ever', () => {
    expect([placeOf(''), placeOf('TICK-20261126-001'), placeOf('TICK-20261126-002'), placeOf('ü€')]).toEqual([
      66.89, 68.81, 12.76, 40.99,
    ]);
  });

  test('lies from 0 to below 100, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const place = placeOf(key);
        return place >= 0 && place < 100 && placeOf(key) === place;
      }),
    );
  });
});

describe('a share of the tickets', () => {
  test.each([25, 50, 75])('of 1,000 tickets %i %% ± 3 are live, the others in shadow [TS-307]', (share) => {
    expect(Math.abs(live(share).length - share * 10)).toBeLessThanOrEqual(30);
  });

  test('nobody is live at 0, and everybody at 100', () => {
    expect([live(0).length, live(100).length]).toEqual([0, 1_000]);
  });

  test('raising it keeps who was in; the same ticket is always on the same side [TS-307]', () => {
    const first = live(25);
    expect(live(25)).toEqual(first);
    expect(live(50).filter((id) => first.includes(id))).toEqual(first);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (key, a, b) => {
        const at = (share: number): string => standingOf(SHADOW, 'p', key, share).side;
        return at(Math.min(a, b)) !== 'live' || at(Math.max(a, b)) === 'live';
      }),
    );
  });

  test('two packs do not take the same tickets', () => {
    const other = IDS.filter((id) => standingOf(SHADOW, 'other', id, 25).side === 'live');
    const both = live(25).filter((id) => other.includes(id));
    expect(both.length).toBeLessThan(100);
  });

  test('the next share is the next step', () => {
    const def = { steps: [25, 50, 100] };
    expect([0, 25, 30, 50, 100].map((share) => nextStep(def, share))).toEqual([25, 50, 50, 100, undefined]);
  });
});
