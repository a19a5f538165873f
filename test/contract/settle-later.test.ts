import { createSettleLater } from '../../src/activities/settle-later';
import type { Delivery, Receipt } from '../../src/domain/ticket/types';
import { AT, delivery, keptLog } from './support/messages';

const receipt = (one: Delivery): Receipt => ({ key: one.key, outcome: 'delivered', at: AT });
const row = (key: string) => delivery({ key });

describe('settling later', () => {
  const world = { failures: 0, poison: '', settled: [] as string[] };
  beforeEach(() => Object.assign(world, { failures: 0, poison: '', settled: [] }));
  const make = (capacity = 10) => {
    const log = keptLog();
    const settle = async (one: Delivery) => {
      if (one.key === world.poison || world.failures-- > 0) throw new Error('ECONNREFUSED');
      world.settled.push(one.key);
    };
    const ledger = { claim: () => Promise.reject(new Error('not asked')), settle };
    return { log, later: createSettleLater(ledger, log, { everyMs: 2, capacity }) };
  };

  test('writes every receipt once the ledger is back', async () => {
    world.failures = 3;
    const { later } = make();
    for (const key of ['a', 'b', 'c']) later.settleLater(row(key), receipt(row(key)));
    await later.idle();
    expect([...world.settled].sort()).toEqual(['a', 'b', 'c']);
    expect(later.pending).toBe(0);
  });

  test('does not let one row that is refused hold up the others', async () => {
    world.poison = 'a';
    const { later } = make();
    for (const key of ['a', 'b']) later.settleLater(row(key), receipt(row(key)));
    const settled = () => world.settled.includes('b');
    while (!settled()) await new Promise((resolve) => setImmediate(resolve));
    expect(later.pending).toBe(1);
    later.close();
  });

  test('gives up the oldest and says so when too many wait', () => {
    world.failures = 99;
    const { later, log } = make(2);
    for (const key of ['a', 'b', 'c']) later.settleLater(row(key), receipt(row(key)));
    expect(later.pending).toBe(2);
    expect(log.lines).toHaveLength(1);
    later.close();
  });

  test('is idle when nothing waits and after it is closed', async () => {
    world.failures = 99;
    const { later } = make();
    await later.idle();
    later.settleLater(row('a'), receipt(row('a')));
    const idle = later.idle();
    later.close();
    await idle;
    expect(later.pending).toBe(0);
  });
});
