import type { JsonObject } from '../../../src/domain/policy/types';
import { describe as sentence, humanDuration, importance, readable } from '../../../src/domain/ticket/describe';
import type { Actor } from '../../../src/domain/ticket/types';

const AT = Date.parse('2026-12-01T10:30:00Z');
const DUE = Date.parse('2026-12-01T11:00:00Z');
const ENGINE: Actor = { name: 'tocsin', kind: 'engine' };
const DANA: Actor = { name: 'dana', kind: 'person' };

const said = (name: string, data: JsonObject = {}, by: Actor = ENGINE): string => {
  const [, type, subject] = /^(\w+)(?:\((.*)\))?$/.exec(name) as unknown as [string, string, string | undefined];
  return sentence({ type, ...(subject === undefined ? {} : { subject }), at: AT, by, data });
};

describe('a sentence for every type of event', () => {
  test.each<[string, JsonObject, Actor, string]>([
    ['opened', { subject: 'Nobody can log in', priority: 'P1' }, ENGINE, 'Ticket opened as P1: “Nobody can log in”'],
    ['claimed', {}, DANA, 'Claimed by dana'],
    ['progress', { text: 'found it' }, DANA, 'Progress noted by dana: “found it”'],
    ['agent_reply', { text: 'on it' }, DANA, 'Answered the customer by dana: “on it”'],
    ['message(customer)', { text: 'still down' }, DANA, 'The customer wrote: “still down”'],
    ['message(agent)', { text: 'hello' }, DANA, 'Agent wrote: “hello”'],
    ['update_sent', { text: 'restoring' }, DANA, 'Status update sent to the customer by dana: “restoring”'],
    ['acknowledged(on_call)', { path: 'on_call', level: 2 }, DANA, 'Acknowledged by dana, level 2 of on call'],
    [
      'escalated(management)',
      { path: 'management', level: 2, to: ['director'], reason: 'not_acknowledged', waited: 'PT15M' },
      ENGINE,
      'Escalated to director (level 2 of management): nobody acknowledged within 15 min',
    ],
    [
      'escalated(management)',
      { level: 3, to: ['vp_cs'], reason: 'p1_unresolved_4h' },
      ENGINE,
      'Escalated to VP CS (level 3 of management): P1 unresolved 4h',
    ],
    ['escalated(on_call)', { to: 2 }, ENGINE, 'Escalated to level 2 of on call'],
    [
      'deescalated(management)',
      { level: 1, to: ['support_manager'] },
      DANA,
      'De-escalated to support manager (level 1 of management) by dana',
    ],
    [
      'repeated(on_call)',
      { path: 'on_call', level: 1, to: ['on_call_engineer'] },
      ENGINE,
      'Asked on call engineer again, level 1 of on call',
    ],
    ['level_thinned(on_call)', { level: 1 }, ENGINE, 'On call: part of level 1 could not be reached'],
    ['receipt_confirmed', {}, DANA, 'Receipt confirmed by dana'],
    ['paused', { reason: 'waiting for the vendor' }, DANA, 'Ticket put on hold by dana: waiting for the vendor'],
    ['resumed', {}, DANA, 'Ticket taken up again by dana'],
    ['handed_off', { to: 'kim' }, DANA, 'Handed off to kim by dana'],
    ['released', {}, DANA, 'Released by dana: nobody owns the ticket now'],
    ['changed(priority)', { field: 'priority', from: 'P2', to: 'P1' }, ENGINE, 'Priority set to P1 (was P2)'],
    ['changed(summary)', { field: 'summary', from: 'x', to: null }, DANA, 'Summary cleared (was x) by dana'],
    ['tagged', { tag: 'vip' }, DANA, 'Tagged vip by dana'],
    ['untagged(vip)', {}, ENGINE, 'Tag vip removed'],
    ['noted', { text: 'RCA filed' }, DANA, 'Note by dana: “RCA filed”'],
    ['linked(parent)', { to: 'TICK-2' }, DANA, 'Linked: TICK-2 is parent to this one'],
    ['resolved', { resolution: 'restored' }, DANA, 'Resolved by dana: “restored”'],
    ['reopened', {}, DANA, 'Reopened by dana'],
    ['closed', {}, DANA, 'Closed by dana'],
    ['merged', { into: 'TICK-7' }, DANA, 'Merged into TICK-7 by dana'],
    ['began(p1)', {}, ENGINE, 'P1 applies from now'],
    ['ended(enterprise_p1)', {}, ENGINE, 'Enterprise P1 no longer applies'],
    ['started(p1_updates)', { due: DUE }, ENGINE, 'Clock of P1 updates started, due 11:00 UTC'],
    [
      'stopped',
      { reason: 'resolved', names: ['p1_updates', 'team_sync'] },
      ENGINE,
      'P1 updates and team sync stopped: the ticket is resolved',
    ],
    ['stopped(p1_updates)', { reason: 'merged' }, ENGINE, 'P1 updates stopped: the ticket is merged'],
    ['activated(resolution)', {}, ENGINE, 'Clock of resolution counts again'],
    ['deactivated(resolution)', {}, ENGINE, 'Clock of resolution does not count now'],
    ['clock_paused(resolution)', {}, ENGINE, 'Clock of resolution stands still'],
    ['clock_resumed(resolution)', { due: DUE }, ENGINE, 'Clock of resolution goes on, due 11:00 UTC'],
    ['rescheduled(resolution)', { due: DUE }, ENGINE, 'Resolution moved: now due 11:00 UTC'],
    ['mark(p1_updates)', { mark: '-PT10M', due: DUE }, ENGINE, 'Warning, P1 updates: 10 min left, due 11:00 UTC'],
    ['mark(first_response)', { mark: '75%' }, ENGINE, 'Warning, first response: 75% of the time is used'],
    ['mark(commander)', { mark: 'PT15M' }, ENGINE, 'Warning, commander: 15 min have passed'],
    ['due(p1_updates)', { next: DUE, kept: true }, ENGINE, 'P1 updates: due now, kept, next 11:00 UTC'],
    ['met(p1_updates)', { due: DUE, late: false }, ENGINE, 'P1 updates: kept, due 11:00 UTC'],
    ['met(p1_updates)', { due: AT, late: true }, ENGINE, 'P1 updates: kept late, was due 10:30 UTC'],
    ['breached(p1_updates)', { owner: 'commitment', due: AT }, ENGINE, 'P1 updates: due 10:30 UTC — missed'],
    ['breached(war_room)', { owner: 'task', due: AT }, ENGINE, 'Task war room: due 10:30 UTC — not done'],
    ['again(first_response)', { n: 1 }, ENGINE, 'First response: still missed, period 2 is over'],
    ['fired(four_hours)', {}, ENGINE, 'Rule four hours fell due'],
    [
      'task_opened(root_cause)',
      { for: ['incident_commander'], due: AT + 48 * 3_600_000 },
      ENGINE,
      'Task for incident commander: root cause, due 10:30 UTC in 2 days',
    ],
    [
      'task_done(vendors)',
      { choice: 'not_needed', by: 'sam', answer: {} },
      ENGINE,
      'Task vendors done by sam: not needed',
    ],
    ['task_moot(war_room)', {}, ENGINE, 'Task war room is no longer needed'],
    ['reminded(review)', { for: ['incident_commander'] }, ENGINE, 'Reminded incident commander of task review'],
    [
      'delivery(page_on_call)',
      {
        channel: 'page',
        role: 'on_call_engineer',
        to: 'engineering-team',
        template: 'p1_page',
        subject: null,
        path: 'on_call',
        level: 1,
        attempt: 2,
      },
      ENGINE,
      'Paged on call engineer (engineering-team), level 1 of on call, attempt 2',
    ],
    [
      'delivery(p1_internal)',
      { channel: 'email', role: 'director', to: 'd@x.com', template: 'p1_internal', subject: 'P1: login' },
      ENGINE,
      'Mailed director (d@x.com): “P1: login”',
    ],
    [
      'delivery(status_page)',
      { channel: 'status_page', role: 'public', state: 'investigating' },
      ENGINE,
      'Status page set to investigating',
    ],
    [
      'delivery(notice)',
      { channel: 'console', verb: 'draft', template: 'p1_notice', draftFor: 'incident_commander' },
      ENGINE,
      'Draft P1 notice ready for incident commander',
    ],
    ['draft(p1_update)', { for: 'incident_commander' }, ENGINE, 'Draft P1 update ready for incident commander'],
    [
      'delivered(page_on_call)',
      { to: 'engineering-team', person: 'sam', channel: 'page' },
      ENGINE,
      'Page on call reached sam by page',
    ],
    [
      'undelivered(status_page)',
      { by: '2026-12-01T10:35:00Z' },
      ENGINE,
      'Status page not delivered: no receipt by 10:35 UTC',
    ],
    ['undelivered(notice)', { detail: 'mailbox full' }, ENGINE, 'Notice not delivered: mailbox full'],
    ['dropped(p1_update)', {}, ENGINE, 'P1 update not sent any more'],
    ['unreached(vp_cs)', {}, ENGINE, 'Nobody reached for VP CS'],
    ['exhausted(on_call)', {}, ENGINE, 'Nobody acknowledged on the last level of on call'],
    [
      'waiting(p1_update)',
      { missing: ['summary', 'impact'] },
      ENGINE,
      'Message P1 update waits: summary and impact is missing',
    ],
    ['unknown', { names: ['ticket.affected_share'] }, ENGINE, 'Could not decide: ticket.affected_share is missing'],
    [
      'refused(close)',
      { message: 'Finish the incident papers first' },
      ENGINE,
      'Refused close: “Finish the incident papers first”',
    ],
    ['overridden(close_p1)', { reason: 'legal asked' }, DANA, 'Guard passed on purpose by dana: legal asked'],
    ['asked(similar)', {}, ENGINE, 'Asked for similar'],
    ['fact(similar)', { value: 3 }, ENGINE, 'Answer on similar: 3'],
    ['fact(similar)', { value: null }, ENGINE, 'Answer on similar: unknown'],
    ['fact(intent)', { value: 'INCIDENT_REPORT', score: 9 }, ENGINE, 'Answer on intent: INCIDENT REPORT'],
    ['fact(active_breach)', { value: null, score: 10 }, ENGINE, 'Answer on active breach: score 10'],
    [
      'fact(extract)',
      { value: { names: { value: ['Jane', 'Peter'], score: 100 }, since: { unknown: true } } },
      ENGINE,
      'Answer on extract: names “Jane, Peter”, since “not known to the customer”',
    ],
    ['fact(extract)', { value: {} }, ENGINE, 'Answer on extract: nothing found'],
    [
      'engine_fault(p1_updates)',
      { error: 'no overload' },
      ENGINE,
      'Fault in the engine, set aside; the catch-all is told: “no overload”',
    ],
    ['unlinked(member)', { to: 'TICK-2' }, ENGINE, 'No longer linked: TICK-2 is not member to this one any more'],
    ['ticket_wanted', { kind: 'risk_cluster', key: 'dns' }, ENGINE, 'A ticket is wanted: risk cluster dns'],
    ['told(lead_resolved)', { from: 'TICK-1' }, ENGINE, 'TICK-1 says: lead resolved'],
    [
      'ignored(lead_resolved)',
      { from: 'TICK-1' },
      ENGINE,
      'TICK-1 says lead resolved, to no effect: the ticket is closed',
    ],
    [
      'delivery(risk)',
      { channel: 'ticket', verb: 'open', to: 'risk:dns' },
      ENGINE,
      'Has a ticket opened, or finds it: risk:dns',
    ],
    ['delivery(news)', { channel: 'ticket', verb: 'tell', to: 'TICK-1' }, ENGINE, 'Told TICK-1: news'],
    ['something_new(some_name)', {}, ENGINE, 'Something new: some name'],
  ])('%s %j', (name, data, by, expected) => {
    expect(said(name, data, by)).toBe(expected);
  });

  test('writes instants in the reader’s clock when it is given', () => {
    const event = { type: 'breached', subject: 'p1_updates', at: AT, by: ENGINE, data: { due: AT } };
    expect(sentence(event, { clock: () => '05:30' })).toBe('P1 updates: due 05:30 — missed');
  });

  test.each(['opened', 'toString', 'constructor', '__proto__', 'delivery', 'mark', 'escalated', 'met'])(
    'says something of a bare %s',
    (type) => {
      expect(sentence({ type, at: AT, by: ENGINE, data: {} })).toMatch(/\S/);
    },
  );
});

test('clock bookkeeping is detail, breaches and escalations are headlines', () => {
  const of = (type: string): string => importance({ type, data: {} });
  expect(['began', 'ended', 'started', 'stopped', 'clock_paused', 'rescheduled', 'delivered'].map(of)).toEqual(
    Array(7).fill('detail'),
  );
  expect(['opened', 'breached', 'escalated', 'resolved', 'undelivered', 'engine_fault'].map(of)).toEqual(
    Array(6).fill('headline'),
  );
  expect(['delivery', 'update_sent', 'task_opened', 'mark', 'met'].map(of)).toEqual(Array(5).fill('normal'));
});

test.each([
  [0, '0 s'],
  [90_000, '1 min 30 s'],
  [900_000, '15 min'],
  [5_400_000, '1 h 30 min'],
  [86_400_000, '1 day'],
  [172_800_000 + 60_000, '2 days'],
])('%d ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test('names are readable, addresses are left as they are', () => {
  expect(['on_call_engineer', 'vp_cs', 'c_level', 'a_b@x.com', '#p1_room'].map(readable)).toEqual([
    'on call engineer',
    'VP CS',
    'C-level',
    'a_b@x.com',
    '#p1_room',
  ]);
});
