import type { TicketEvent } from '../../src/domain/ticket/types';
import { projectBoard, projectDelivery, type BoardRow, type DeliveryLogRow } from '../../src/store/projections';
import { projectSnapshot, type SnapshotRow } from '../../src/store/snapshot';
import { projectSla, type SlaRow } from '../../src/store/sla-projection';
import { canonicalJson } from '../../src/store/storable';
import { upcast, type Upcaster } from '../../src/store/stored-event';
import { event, MINUTE, opened, T0 } from './fixtures';
import { codeOf } from './postgres';

const board = (events: TicketEvent[]): BoardRow | undefined =>
  events.reduce<BoardRow | undefined>((row, one) => projectBoard(row, 'T', one), undefined);

function sla(events: TicketEvent[]): Pick<SlaRow, 'commitment' | 'outcome' | 'due_at' | 'met_at' | 'breached_at'>[] {
  const rows = new Map<number, SlaRow>();
  for (const one of events) for (const row of projectSla([...rows.values()], 'T', one)) rows.set(row.seq, row);
  return [...rows.values()].map(({ commitment, outcome, due_at, met_at, breached_at }) => ({
    commitment,
    outcome,
    due_at,
    met_at,
    breached_at,
  }));
}

const at = (minutes: number): number => T0 + minutes * MINUTE;
const clock = (seq: number, type: string, minutes: number, due?: number): TicketEvent =>
  event(
    seq,
    type,
    { subject: 'x', data: { owner: 'commitment', ...(due === undefined ? {} : { due: at(due) }) } },
    minutes,
  );
const met = (seq: number, minutes: number, data: TicketEvent['data']): TicketEvent =>
  event(seq, 'met', { subject: 'x', data }, minutes);

describe('the snapshot', () => {
  const snapshot = (events: TicketEvent[]): SnapshotRow | undefined =>
    events.reduce<SnapshotRow | undefined>((row, one) => projectSnapshot(row, 'T', one), undefined);

  test('is what conditions read as the ticket, with its kind and key beside it', () => {
    const row = snapshot([
      opened({ kind: 'review', key: 'weekly', opened_at: T0, issue_key: 'login' }),
      event(2, 'changed', { patch: { ticket: { issue_key: null, tier: 2 } } }),
      event(3, 'noted'),
    ]);
    expect(row).toMatchObject({ kind: 'review', key: 'weekly', opened_at: T0, closed: false, updated_seq: 2 });
    expect(row?.ticket).toMatchObject({ tier: 2, status: 'created', customer: { plan: 'enterprise' } });
    expect(row?.ticket).not.toHaveProperty('issue_key');
  });

  test('says when a ticket was resolved, no longer once it was reopened, and that it is closed', () => {
    const resolved = [
      opened(),
      event(2, 'resolved', { patch: { ticket: { status: 'resolved', resolved_at: at(2) } } }),
    ];
    expect(snapshot(resolved)).toMatchObject({ resolved_at: at(2), closed: false });
    const reopened = event(3, 'reopened', { patch: { ticket: { status: 'in_progress', resolved_at: null } } });
    expect(snapshot([...resolved, reopened])).toMatchObject({ resolved_at: null, closed: false });
    const closed = event(3, 'closed', { patch: { ticket: { status: 'closed' } } });
    expect(snapshot([...resolved, closed])).toMatchObject({ resolved_at: at(2), closed: true });
  });
});

describe('the board', () => {
  test('takes what events say where they patch nothing', () => {
    const row = board([
      event(1, 'opened', { data: { subject: 'S', priority: 'P3', status: 'created', customer: { plan: 'starter' } } }),
      event(2, 'changed', { data: { field: 'priority', to: 'P1' } }),
      event(3, 'changed', { data: { field: 'affected', to: 7 } }),
      event(4, 'claimed', { data: { owner: 'kim', status: 'in_progress' } }),
      event(5, 'handed_off', { data: { owner: 'lee', from: 'kim' } }),
    ]);
    expect(row).toMatchObject({ subject: 'S', priority: 'P1', plan: 'starter', status: 'in_progress', owner: 'lee' });
    expect(row).toMatchObject({ updated_seq: 5, updated_at: at(5), opened_at: at(1) });
  });

  test('follows the paths: level, acknowledgement, the end', () => {
    const moves = [
      opened(),
      event(2, 'paged', { subject: 'on_call', data: { path: 'on_call', level: 1 } }),
      event(3, 'acknowledged', { patch: { paths: { on_call: { acknowledged: true } } } }),
      event(4, 'escalated', { subject: 'on_call', data: { path: 'on_call', level: 2, title: 'Lead' } }),
    ];
    expect(board(moves.slice(0, 3))?.level).toEqual({ on_call: { level: 1, acknowledged: true } });
    expect(board(moves)?.level).toEqual({ on_call: { level: 2, title: 'Lead' } });
    expect(board([...moves, event(5, 'resolved')])?.level).toEqual({});
  });

  test('is breached by a commitment, not by a task, and stays so', () => {
    const task = event(2, 'breached', { subject: 'x', data: { owner: 'task' } });
    expect(board([opened(), task])?.breached).toBe(false);
    expect(board([opened(), clock(2, 'breached', 15, 15), met(3, 20, { late: true })])?.breached).toBe(true);
  });

  test('an event it has seen changes nothing', () => {
    const row = board([opened(), event(2, 'claimed', { data: { owner: 'kim' } })]);
    expect(projectBoard(row, 'T', event(2, 'claimed', { data: { owner: 'lee' } }))).toBe(row);
  });
});

describe('SLA results', () => {
  const base = { commitment: 'x', met_at: null, breached_at: null };

  test.each([
    [
      'met in time',
      [clock(1, 'started', 0, 15), met(2, 10, { late: false, due: at(15) })],
      { outcome: 'met', due_at: at(15), met_at: at(10) },
    ],
    [
      'breached',
      [clock(1, 'started', 0, 15), clock(2, 'breached', 15, 15)],
      { outcome: 'breached', due_at: at(15), breached_at: at(15) },
    ],
    [
      'met late',
      [clock(1, 'started', 0, 15), clock(2, 'breached', 15, 15), met(3, 20, { late: true, due: at(15) })],
      { outcome: 'late', due_at: at(15), breached_at: at(15), met_at: at(20) },
    ],
    [
      'paused, resumed and met at its later due',
      [
        clock(1, 'started', 0, 15),
        clock(2, 'clock_paused', 5),
        clock(3, 'clock_resumed', 10, 20),
        met(4, 18, { late: false, due: at(20) }),
      ],
      { outcome: 'met', due_at: at(20), met_at: at(18) },
    ],
    [
      'stopped',
      [clock(1, 'started', 0, 15), event(2, 'stopped', { data: { names: ['x'] } })],
      { outcome: 'cancelled', due_at: at(15) },
    ],
    [
      'breached without a start on record',
      [clock(1, 'breached', 15, 15)],
      { outcome: 'breached', due_at: at(15), breached_at: at(15) },
    ],
  ])('a commitment that is %s', (_what, events, expected) => {
    expect(sla(events)).toEqual([{ ...base, ...expected }]);
  });

  test('a cadence has a row a tick, and a late update heals the missed ones', () => {
    const tick = (seq: number, minutes: number, kept: boolean): TicketEvent =>
      event(seq, 'due', { subject: 'x', data: { owner: 'commitment', due: at(minutes), tick: 't', kept } }, minutes);
    const events = [
      clock(1, 'started', 0),
      met(2, 25, { late: false, due: at(30) }),
      tick(3, 30, true),
      tick(4, 60, false),
      clock(5, 'breached', 60, 60),
      tick(6, 90, false),
      clock(7, 'breached', 90, 90),
      met(8, 95, { late: true, due: at(90) }),
      event(9, 'stopped', { data: { names: ['x'] } }),
    ];
    expect(sla(events).map((row) => [row.due_at, row.outcome, row.met_at])).toEqual([
      [null, 'cancelled', null],
      [at(30), 'met', at(25)],
      [at(60), 'late', at(95)],
      [at(90), 'late', at(95)],
    ]);
  });

  test('a commitment that begins anew leaves the first cancelled', () => {
    expect(sla([clock(1, 'started', 0, 15), clock(2, 'started', 5, 20)]).map((row) => row.outcome)).toEqual([
      'cancelled',
      'open',
    ]);
  });

  test('a commitment fulfilled while it did not count is neither kept nor missed', () => {
    const idle = event(2, 'met', { subject: 'first_response', data: { late: false, due: at(15), idle: true } });
    const started = event(1, 'started', { subject: 'first_response', data: { owner: 'commitment', due: at(15) } });
    expect(sla([started, idle]).map((row) => row.outcome)).toEqual(['cancelled']);
  });

  test('clocks of tasks and rules are none', () => {
    const task = event(1, 'started', { subject: 'x', data: { owner: 'task', due: at(15) } });
    expect(sla([task])).toEqual([]);
  });
});

describe('the delivery log', () => {
  const log = (events: TicketEvent[]): DeliveryLogRow | undefined =>
    events.reduce<DeliveryLogRow | undefined>((row, one) => projectDelivery(row, 'T', one), undefined);
  const sent = event(1, 'delivery', { data: { key: 'k', channel: 'email', role: 'customer', to: 'dana@example.com' } });

  test('has no address', () => {
    expect(JSON.stringify(log([sent]))).not.toContain('dana');
  });

  test('a passed deadline is no outcome, and what was delivered in the end is delivered', () => {
    const deadline = event(2, 'undelivered', { data: { key: 'k', by: '10:05' } });
    const timeout = event(3, 'unreached', { data: { key: 'k', reason: 'no receipt in time' } });
    const done = event(4, 'delivered', { data: { key: 'k' } });
    expect(log([sent, deadline])).toMatchObject({ outcome: 'pending' });
    expect(log([sent, deadline, timeout])).toMatchObject({ outcome: 'unreached', settled_at: at(3) });
    expect(log([sent, deadline, timeout, done])).toMatchObject({ outcome: 'delivered', settled_at: at(4) });
    expect(log([sent, done, timeout])).toMatchObject({ outcome: 'delivered' });
  });
});

describe('stored events', () => {
  const upcasters: Record<number, Upcaster> = {
    1: (one) => ({ ...one, data: { ...one.data, two: true } }),
    2: (one) => ({ ...one, data: { ...one.data, three: true } }),
  };

  test('are brought up from the version they were written in', () => {
    expect(upcast({ ...event(1, 'noted'), version: 1 }, upcasters, 3)).toEqual(
      event(1, 'noted', { data: { two: true, three: true } }),
    );
    expect(upcast({ ...event(1, 'noted'), version: 2 }, upcasters, 3)).toEqual(
      event(1, 'noted', { data: { three: true } }),
    );
    expect(upcast({ ...event(1, 'noted'), version: 3 }, upcasters, 3)).toEqual(event(1, 'noted'));
  });

  test('of a newer build are refused, not misread', async () => {
    const read = Promise.resolve().then(() => upcast({ ...event(1, 'noted'), version: 4 }, upcasters, 3));
    expect(await codeOf(read)).toBe('ESC_ENGINE_FAULT');
  });
});

test('equal values have equal canonical texts', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
});
