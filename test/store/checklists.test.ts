import { readTicks, recordTick, seenEvents } from '../../src/store/checklists';
import { openTicket } from '../../src/store/opening';
import { HOUR, openRequest, T0 } from './fixtures';
import { storeDatabase } from './postgres';

const store = storeDatabase();
const TICK = { packId: 'ts', checklist: 'setup', item: 'known', done: true, by: 'Ada', keyName: 'local' };

describe('ticks of checklists', () => {
  test('the newest word on an item counts, and every word is kept [TS-217]', async () => {
    await recordTick(store.pool, { ...TICK, note: 'asked all' }, T0);
    await recordTick(store.pool, { ...TICK, item: 'other' }, T0);
    await recordTick(store.pool, { ...TICK, packId: 'another' }, T0);
    expect(await readTicks(store.pool, 'ts')).toEqual({
      'setup.known': { done: true, by: 'Ada', at: new Date(T0).toISOString().replace('.000', ''), note: 'asked all' },
      'setup.other': { done: true, by: 'Ada', at: new Date(T0).toISOString().replace('.000', '') },
    });
    await recordTick(store.pool, { ...TICK, done: false, by: 'Bob' }, T0 + HOUR);
    expect((await readTicks(store.pool, 'ts'))['setup.known']).toMatchObject({ done: false, by: 'Bob' });
    const { rows } = await store.pool.query(
      'select by from checklist_tick where item = $1 and pack_id = $2 order by id',
      ['known', 'ts'],
    );
    expect(rows.map((row: { by: string }) => row.by)).toEqual(['Ada', 'Bob']);
  });

  test('an event is seen on tickets of the pack alone', async () => {
    const { id } = await openTicket(store.pool, openRequest({ packId: 'ts' }));
    await store.pool.query(
      `insert into ticket_event (ticket_id, seq, at, recorded_at, type, subject, by, cause, data, version)
       values ($2, 1, $1, $1, 'delivered', 'alert', '{}', 'x', '{}', 1)`,
      [new Date(T0), id],
    );
    const alert = { name: 'delivered', subject: 'alert' };
    const other = { name: 'delivered', subject: 'other' };
    expect(await seenEvents(store.pool, 'ts', [alert, other, { name: 'delivered' }])).toEqual({
      'delivered(alert)': { ticket: id, at: '2026-03-06T10:00:00Z' },
      'delivered(other)': null,
      delivered: { ticket: id, at: '2026-03-06T10:00:00Z' },
    });
    expect(await seenEvents(store.pool, 'another', [alert])).toEqual({ 'delivered(alert)': null });
  });
});
