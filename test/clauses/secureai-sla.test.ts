/** The SLA table of SecureAI as data: a row may count the hours of the calendar or those of the staff. */
import { resolve } from 'node:path';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import { open } from '../../src/domain/ticket/engine';
import { loadPack } from '../../src/policies/load';

let pack: CompiledPack;
beforeAll(async () => {
  pack = (await loadPack(resolve(__dirname, '../../policies/secureai'))).pack;
});

/** The pack with another clock in the row of a starter's P3. */
function withClock(clock: string): CompiledPack {
  const table = pack.tables['sla'];
  if (!table) throw new Error('there is no table sla');
  const byKey = structuredClone(table.byKey) as Record<string, Record<string, Record<string, JsonObject>>>;
  const row = byKey['hd_email_sla']?.['starter']?.['P3'];
  if (!row) throw new Error('there is no such row');
  row['clock'] = clock;
  return { ...pack, tables: { ...pack.tables, sla: { ...table, byKey } } };
}

function responseDue(of: CompiledPack): string {
  const at = Date.parse('2025-01-27T10:00:00Z');
  const outcome = open(
    of,
    {
      subject: 'Export of the table',
      body: '',
      channel: 'email',
      customer: { name: 'Jane', email: 'jane@example.com', plan: 'starter' },
    },
    { id: 'T', at, recordedAt: at, packHash: '' },
  );
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  return new Date(outcome.state.clocks['commitment:first_response']?.due ?? 0).toISOString();
}

it.each([
  ['calendar', '2025-01-28T10:00:00.000Z'],
  // 09:00 to 17:00 in New York, eight hours a day: Monday, Tuesday, Wednesday.
  ['business', '2025-01-29T22:00:00.000Z'],
])('a row whose clock is %s is due %s [SEC-HD-027]', (clock, due) => {
  expect(responseDue(withClock(clock))).toBe(due);
});

it('every profile has a row for every plan and priority [SEC-HD-026, SEC-HD-027, SEC-HD-028, SEC-HD-029, SEC-HD-030, SEC-HD-031]', () => {
  const { use: _use, ...profiles } = pack.params['sla_profile'] as JsonObject;
  const rows = pack.tables['sla']?.byKey as Record<string, Record<string, Record<string, JsonObject>>>;
  for (const profile of Object.keys(profiles))
    for (const plan of ['starter', 'professional', 'enterprise'])
      for (const priority of ['P1', 'P2', 'P3', 'P4'])
        expect(rows[profile]?.[plan]?.[priority]).toEqual({
          response: expect.stringMatching(/^PT\d+H$/),
          resolution: expect.stringMatching(/^PT\d+H$/),
          clock: 'calendar',
        });
});
