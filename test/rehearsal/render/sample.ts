import { describe as sentence } from '../../../src/domain/ticket/describe';
import type { JsonObject } from '../../../src/domain/policy/types';
import type { TimelineRow } from '../../../src/rehearsal/render/row';

const MINUTE = 60_000;
const ZONE = -5 * 60;
/** Tuesday, 09:00 in New York. */
export const OPENED = Date.parse('2026-12-01T14:00:00Z');

const local = (ms: number): string => `${new Date(ms + ZONE * MINUTE).toISOString().slice(0, 19)}-05:00`;
const iso = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60] as const;
  const text = `${parts[0] ? `${parts[0]}H` : ''}${parts[1] ? `${parts[1]}M` : ''}${parts[2] ? `${parts[2]}S` : ''}`;
  return `PT${text === '' ? '0S' : text}`;
};
const due = (minute: number): number => OPENED + minute * MINUTE;

/** A row `minute` minutes after the opening. `name` is `type` or `type(subject)`. */
export function row(
  minute: number,
  name: string,
  data: JsonObject = {},
  clauses: string[] = [],
  who = 'engine',
): TimelineRow {
  const [, type, subject] = /^(\w+)(?:\((.*)\))?$/.exec(name) as unknown as [string, string, string | undefined];
  const at = due(minute);
  const by = who === 'engine' ? { name: 'tocsin', kind: 'engine' as const } : { name: who, kind: 'person' as const };
  const summary = sentence(
    { type, ...(subject === undefined ? {} : { subject }), at, by, data },
    { clock: (ms) => local(ms).slice(11, 16) },
  );
  return {
    at: local(at),
    offset: iso(at - OPENED),
    type,
    ...(subject === undefined ? {} : { subject }),
    summary,
    clauses,
    data,
  };
}

const ADDRESS: Record<string, string> = { page: 'engineering-team', slack: '#incidents', email: 'people@secureai.com' };

function sent(minute: number, channel: string, role: string, template: string, more: JsonObject = {}): TimelineRow {
  const to =
    channel === 'page' && role !== 'on_call_engineer'
      ? /^(vp|c)/.test(role)
        ? 'executives'
        : 'management'
      : (ADDRESS[channel] ?? channel);
  const key = `TICK|${minute}|${role}|${channel}|${template}`;
  return row(minute, 'delivery', { key, channel, role, to, template, subject: '', ...more }, ['SEC-ESC-044']);
}

function task(
  from: number,
  name: string,
  who: string,
  limit: number | undefined,
  done: number,
  by: string,
  clause: string,
): TimelineRow[] {
  const rows = [row(from, `task_opened(${name})`, { task: name, n: 1, for: [who] }, [clause])];
  if (limit !== undefined)
    rows.push(row(from, `started(${name})`, { owner: 'task', due: due(from + limit) }, [clause]));
  if (limit !== undefined && done > from + limit) {
    rows.push(row(from + limit, `breached(${name})`, { owner: 'task', due: due(from + limit) }, [clause]));
    rows.push(sent(from + limit, 'email', 'support_manager', 'task_overdue'));
  }
  return [...rows, row(done, `task_done(${name})`, { by, answer: {} }, [clause], by)];
}

function updates(): TimelineRow[] {
  const missed = new Set([60, 14 * 60, 15 * 60, 31 * 60]);
  const clauses = ['SEC-ESC-052', 'SEC-ESC-054'];
  const rows: TimelineRow[] = [];
  for (let tick = 30; tick < 2870; tick += tick < 60 ? 30 : 60) {
    rows.push(row(tick - 10, 'mark(p1_updates)', { mark: '-PT10M', due: due(tick) }, clauses));
    rows.push(
      sent(tick - 10, 'console', 'incident_commander', 'p1_update', { verb: 'draft', draftFor: 'incident_commander' }),
    );
    const late = missed.has(tick);
    const at = late ? tick + (tick === 14 * 60 ? 75 : 6) : tick - 4;
    if (late) {
      rows.push(row(tick, 'breached(p1_updates)', { due: due(tick) }, clauses));
      rows.push(sent(tick, 'page', 'incident_commander', 'update_missed'));
    } else
      rows.push(
        row(
          tick,
          'due(p1_updates)',
          { owner: 'commitment', due: due(tick), tick: local(due(tick)), kept: true },
          clauses,
        ),
      );
    if (tick === 15 * 60) continue;
    rows.push(
      row(
        at,
        'update_sent',
        { text: 'We have isolated the failing shard and are restoring it.' },
        ['SEC-ESC-063'],
        'dana',
      ),
    );
    rows.push(row(at, 'met(p1_updates)', { late, due: due(tick) }, clauses));
    rows.push(
      sent(at, 'email', 'all_customers', 'p1_update'),
      sent(at, 'status_page', 'public', 'p1_update', { state: 'identified' }),
    );
  }
  return rows;
}

function syncs(): TimelineRow[] {
  const rows: TimelineRow[] = [];
  for (let tick = 60; tick < 2870; tick += 30) {
    rows.push(
      row(tick, 'due(team_sync)', { owner: 'commitment', due: due(tick), tick: local(due(tick)) }, ['SEC-ESC-055']),
      ...task(tick, 'team_sync', 'incident_team', undefined, tick + 12, 'dana', 'SEC-ESC-162'),
    );
  }
  return rows;
}

/** A P1 of an enterprise customer, 48 hours long, as the P1 procedure would run it; `dense` adds the half-hourly team syncs. */
export function sampleRows(dense = false): TimelineRow[] {
  const rows = [
    row(0, 'opened', { subject: 'Nobody can log in since 08:55', priority: 'P1' }, ['SEC-ESC-039']),
    row(0, 'began(p1)', {}, []),
    row(0, 'started(first_response)', { owner: 'commitment', due: due(60) }, ['SEC-HD-026']),
    row(0, 'started(resolution)', { owner: 'commitment', due: due(240) }, ['SEC-HD-028']),
    row(0, 'escalated(on_call)', { level: 1, to: 'on_call_engineer' }, ['SEC-ESC-044']),
    sent(0, 'status_page', 'public', 'p1_state', { state: 'investigating', name: 'status_page' }),
    sent(0, 'page', 'on_call_engineer', 'p1_page', { path: 'on_call', level: 1, name: 'page_on_call' }),
    sent(0, 'page', 'incident_team', 'p1_page'),
    sent(0, 'email', 'engineering', 'p1_internal'),
    sent(0, 'slack', 'engineering', 'p1_internal'),
    sent(0, 'email', 'support_manager', 'p1_internal'),
    sent(0, 'page', 'support_manager', 'p1_internal'),
    sent(0, 'email', 'director', 'p1_internal'),
    sent(0, 'page', 'director', 'p1_internal'),
    row(0.5, 'delivered(status_page)', { channel: 'status_page', to: 'public' }, []),
    row(5, 'undelivered(page_on_call)', { by: local(due(5)) }, ['SEC-ESC-146']),
    sent(5, 'page', 'on_call_engineer', 'p1_page', { path: 'on_call', level: 1, attempt: 2 }),
    sent(5, 'page', 'support_manager', 'not_delivered'),
    row(15, 'escalated(on_call)', { level: 2, to: 'support_manager', reason: 'not_acknowledged', waited: 'PT5M' }, [
      'SEC-ESC-044',
    ]),
    sent(15, 'page', 'support_manager', 'p1_page', { path: 'on_call', level: 2 }),
    row(17.5, 'acknowledged(on_call)', {}, ['SEC-ESC-044'], 'sam'),
    row(18, 'claimed', {}, [], 'dana'),
    row(24, 'agent_reply', { text: 'We see the outage and are on it.' }, [], 'dana'),
    row(24, 'met(first_response)', { due: due(60), late: false }, ['SEC-HD-026']),
    row(60, 'fired(executives_told)', {}, ['SEC-ESC-053']),
    ...['vp_cs', 'vp_engineering', 'cto'].map((role) => sent(60, 'email', role, 'p1_internal')),
    row(60, 'fired(outage_ceo)', {}, ['SEC-HD-251']),
    sent(60, 'email', 'ceo', 'p1_internal'),
    row(90, 'escalated(management)', { level: 1, to: 'support_manager', reason: 'commander' }, ['SEC-ESC-164']),
    sent(90, 'page', 'support_manager', 'escalation', { path: 'management', level: 1 }),
    row(105, 'escalated(management)', { level: 2, to: 'director', reason: 'not_acknowledged', waited: 'PT15M' }, [
      'SEC-ESC-034',
    ]),
    sent(105, 'page', 'director', 'escalation', { path: 'management', level: 2 }),
    row(109, 'acknowledged(management)', {}, ['SEC-ESC-034'], 'kim'),
    row(180, 'mark(resolution)', { mark: '75%', due: due(240) }, ['SEC-HD-028']),
    row(216, 'mark(resolution)', { mark: '90%', due: due(240) }, ['SEC-HD-028']),
    row(240, 'breached(resolution)', { due: due(240) }, ['SEC-HD-028']),
    row(240, 'escalated(management)', { level: 3, to: 'vp_cs', reason: 'p1_unresolved_4h' }, ['SEC-ESC-056']),
    sent(240, 'page', 'vp_cs', 'escalation', { path: 'management', level: 3, name: 'page_vp' }),
    row(242, 'unreached(vp_cs)', {}, ['SEC-ESC-056']),
    row(242, 'escalated(management)', { level: 4, to: ['cto', 'ceo'], reason: 'unreached' }, ['SEC-ESC-056']),
    sent(242, 'page', 'cto', 'escalation', { path: 'management', level: 4 }),
    sent(242, 'page', 'ceo', 'escalation', { path: 'management', level: 4 }),
    row(251, 'acknowledged(management)', {}, ['SEC-ESC-056'], 'cto'),
    row(1230, 'paused', { reason: 'waiting for the vendor' }, [], 'dana'),
    row(1230, 'clock_paused(resolution)', {}, []),
    row(1390, 'resumed', {}, [], 'dana'),
    row(2870, 'resolved', { resolution: 'Shard restored from the replica' }, ['SEC-ESC-058'], 'dana'),
    row(2870, 'ended(p1)', {}, []),
    row(2870, 'stopped', { reason: 'resolved', names: ['p1_updates', 'team_sync', 'resolution'] }, []),
    sent(2870, 'status_page', 'public', 'p1_resolved', { state: 'resolved' }),
    sent(2870, 'email', 'all_customers', 'p1_resolved'),
    ...task(0, 'call_on_call', 'incident_commander', 5, 19, 'dana', 'SEC-ESC-147'),
    row(15, 'mark(commander)', { mark: 'PT15M', due: due(60) }, ['SEC-ESC-151']),
    ...task(0, 'commander', 'support_manager', 60, 17.5, 'sam', 'SEC-ESC-050'),
    ...task(0, 'war_room', 'incident_commander', 15, 14, 'sam', 'SEC-ESC-152'),
    ...task(0, 'initial_assessment', 'incident_commander', 30, 28, 'dana', 'SEC-ESC-156'),
    ...task(0, 'engineering_assessment', 'on_call_engineer', 60, 52, 'sam', 'SEC-ESC-049'),
    ...task(0, 'vendors', 'incident_commander', 30, 41, 'dana', 'SEC-ESC-160'),
    ...task(0, 'executive_message', 'executive_team', undefined, 65, 'kim', 'SEC-HD-149'),
    ...task(0, 'review', 'incident_commander', undefined, 3000, 'dana', 'SEC-ESC-057'),
    ...task(2870, 'root_cause', 'incident_commander', 2880, 5400, 'dana', 'SEC-ESC-060'),
    row(2870 + 2880 - 720 - 1, 'noted', { text: 'RCA filed' }, [], 'dana'),
    row(5460, 'closed', {}, ['SEC-ESC-061'], 'dana'),
    ...updates(),
    ...(dense ? syncs() : []),
  ];
  return rows
    .map((one, index) => ({ one, index }))
    .sort((a, b) => Date.parse(a.one.at) - Date.parse(b.one.at) || a.index - b.index)
    .map(({ one }) => one);
}
