import { publicTicket } from '../../../src/domain/ticket/public-view';
import { handle, open } from '../../../src/domain/ticket/engine';
import type { Command, TicketEvent, TicketState } from '../../../src/domain/ticket/types';
import { resolve } from 'node:path';
import { loadPack } from '../../../src/policies/load';

const AT = Date.parse('2026-03-02T15:00:00Z');

it('shows a customer what is for all and what was said to them, and no note, tag, queue or field of the staff [SEC-HD-230]', async () => {
  const { pack } = await loadPack(resolve(__dirname, '../../../policies/secureai'));
  const opened = open(
    pack,
    {
      ...{ subject: 'All is down', body: '', channel: 'portal' },
      customer: { name: 'Jane', email: 'jane@example.com', plan: 'enterprise' },
      fields: { flags: ['system_outage'], containment: 'hosts isolated' },
    },
    { id: 'TICK-20260302-001', number: '10001', packHash: '', at: AT, recordedAt: AT },
  );
  if (!opened.ok) throw new Error(opened.rejection.message);
  let state: TicketState = opened.state;
  const events: TicketEvent[] = [...opened.events];
  const give = (
    name: string,
    fields: Command['fields'],
    minutes: number,
    kind: 'person' | 'customer' = 'person',
  ): void => {
    const at = AT + minutes * 60_000;
    const command: Command = { id: `${name}${minutes}`, name, at, by: { name: 'Ada', kind }, fields };
    const done = handle(pack, state, { kind: 'command', command }, at);
    if (!done.ok) throw new Error(done.rejection.message);
    state = done.state;
    events.push(...done.events);
  };
  give('note', { text: 'the customer is difficult' }, 1);
  give('send_update', { text: 'A node failed; we replace it' }, 2);
  give('message', { text: 'Thank you' }, 3, 'customer');
  const seen = publicTicket(pack, state, events);
  expect(seen).toMatchObject({ number: '10001', subject: 'All is down', priority: 'P1', openedAt: AT });
  expect(seen.updates.map(({ from, text }) => [from, text])).toEqual([
    ['support', 'A node failed; we replace it'],
    ['customer', 'Thank you'],
  ]);
  // The P1 cadence: thirty minutes.
  expect(seen.nextUpdate).toBe(AT + 30 * 60_000);
  // The tier is for all: the mail of an escalation names the team that has the ticket.
  expect(JSON.stringify(seen)).not.toMatch(/difficult|isolated|"flags"|"queue"|"tags"/);
});
