/** The ticket that the servers of these tests have. */
import type { TicketView } from '../../src/workflows/messages';

export const NOW = Date.parse('2026-03-02T10:00:00Z');

/** Its view. */
export const viewOf = (id: string): TicketView => ({
  id,
  number: '10001',
  seq: 4,
  at: NOW,
  status: 'in_progress',
  ticket: {
    id,
    status: 'in_progress',
    priority: 'P1',
    subject: 'Down',
    opened_at: NOW - 60_000,
    customer: { name: 'Jane', email: 'jane@example.com', plan: 'enterprise' },
    tags: [],
  },
  paths: {},
  tasks: [{ task: 'commander', n: 1, for: ['support_manager'], opened: NOW, due: NOW + 60_000, breached: false }],
  is: ['p1'],
  nextDue: NOW + 300_000,
  pack: { id: 'secureai', version: '1.0', hash: 'a'.repeat(64) },
  commitments: [
    { commitment: 'first_response', title: 'First response', due: NOW + 90_000, breached: false, paused: false },
    { commitment: 'p1_updates', due: NOW - 5_000, breached: true, paused: false },
  ],
  waiting: [],
});
