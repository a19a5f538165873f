import fc from 'fast-check';
import { drawOf } from '../../../src/domain/policy/draw';

test('draws the same of the same key, from 0 up to but not including 1', () => {
  fc.assert(
    fc.property(fc.string(), (key) => {
      const drawn = drawOf(key);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(1);
      expect(drawOf(key)).toBe(drawn);
    }),
  );
});

test('spreads keys that differ in a digit evenly', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) tenths[Math.floor(drawOf(`TICK-20260302-001|flow@${i}|ask|email`) * 10)]!++;
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(120);
});

test('a key drawn today is drawn alike for ever', () => {
  expect(drawOf('TICK-20260302-001|opened|customer:ask_names|email')).toBeCloseTo(0.24888278753496706, 12);
});
