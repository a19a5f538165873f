/** What the picture shows, computed from the rows: phases, levels held, ticks, deliveries, deadlines, alarms. No geometry. */
import { labelOf, offsetOf, type ReadRow } from './row';

/** A stretch of the ticket's life in one status. */
export interface Phase {
  status: 'open' | 'acknowledged' | 'pending' | 'resolved' | 'closed';
  from: number;
  to: number;
  cause: ReadRow;
}

/** The time an escalation path stood on one level. */
export interface Hold {
  level: number;
  from: number;
  to: number;
  acknowledgedAt?: number;
  acknowledged?: ReadRow;
  cause: ReadRow;
}

export interface EscalationPath {
  name: string;
  /** Who holds each level, by number. */
  holders: Map<number, string>;
  holds: Hold[];
  exhausted: ReadRow[];
}

/** One instant of a cadence. */
export interface Tick {
  at: number;
  state: 'kept' | 'missed' | 'plain';
  /** Of a missed tick: when it was made good. */
  healedAt?: number;
  source: ReadRow;
}

export interface Cadence {
  name: string;
  ticks: Tick[];
}

export interface Sent {
  at: number;
  channel: string;
  role: string;
  failed: boolean;
  source: ReadRow;
}

/** A task or a single promise. */
export interface Deadline {
  name: string;
  kind: 'task' | 'promise';
  who: string;
  from: number;
  /** Undefined: still open at the end. */
  to?: number;
  due?: number;
  breachedAt?: number;
  ending: 'done' | 'moot' | 'open';
  sources: ReadRow[];
}

export interface Alarm {
  at: number;
  kind: 'breach' | 'warning' | 'failure';
  name: string;
  source: ReadRow;
}

const PHASE_OF: Partial<Record<string, Phase['status']>> = {
  opened: 'open',
  reopened: 'open',
  acknowledged: 'acknowledged',
  claimed: 'acknowledged',
  paused: 'pending',
  resolved: 'resolved',
  closed: 'closed',
  merged: 'closed',
};

/** The ticket's phases, end to end. */
export function phases(rows: readonly ReadRow[], end: number): Phase[] {
  const found: Phase[] = [];
  let before: Phase['status'] = 'open';
  for (const row of rows) {
    const last = found[found.length - 1];
    const status: Phase['status'] | undefined = row.type === 'resumed' ? before : PHASE_OF[row.type];
    if (!status || last?.status === status) continue;
    if (status === 'acknowledged' && row.type !== 'resumed' && last && last.status !== 'open') continue;
    if (status === 'pending' && last) before = last.status;
    if (last) last.to = row.ms;
    found.push({ status, from: row.ms, to: end, cause: row });
  }
  return found.filter((phase) => phase.to > phase.from || phase.status === 'closed');
}

const numberIn = (row: ReadRow, field: string): number | undefined => {
  const value = row.data[field];
  return typeof value === 'number' ? value : undefined;
};

/** Escalation paths in the order in which they were entered. */
export function paths(rows: readonly ReadRow[], end: number): EscalationPath[] {
  const found = new Map<string, EscalationPath>();
  const of = (name: string): EscalationPath => {
    const path = found.get(name) ?? { name, holders: new Map<number, string>(), holds: [], exhausted: [] };
    found.set(name, path);
    return path;
  };
  const enter = (path: EscalationPath, level: number, row: ReadRow, who: string): void => {
    if (who !== '' && (!path.holders.has(level) || row.type !== 'delivery')) path.holders.set(level, who);
    const last = path.holds[path.holds.length - 1];
    if (last && last.to > row.ms) {
      if (last.level === level) return;
      last.to = row.ms;
    }
    path.holds.push({ level, from: row.ms, to: end, cause: row });
  };
  const inOrder = [...rows].sort(
    (a, b) => a.ms - b.ms || Number(a.type === 'delivery') - Number(b.type === 'delivery'),
  );
  for (const row of inOrder) {
    const pathName = row.type === 'delivery' ? row.data['path'] : row.subject;
    if (row.type === 'escalated' || row.type === 'deescalated') {
      const to = row.data['to'];
      const level = numberIn(row, 'level') ?? (typeof to === 'number' ? to : of(row.subject).holds.length + 1);
      enter(of(row.subject), level, row, typeof to === 'number' ? '' : labelOf(to ?? row.data['role']));
    } else if (row.type === 'delivery' && typeof pathName === 'string' && numberIn(row, 'level') !== undefined) {
      const path = of(pathName);
      const level = numberIn(row, 'level') ?? 1;
      const beyond = path.exhausted.length > 0 && level > Math.max(...path.holds.map((hold) => hold.level));
      if (path.holds.length === 0 || beyond) enter(path, level, row, labelOf(row.data['role']));
      else if (!path.holders.has(level)) path.holders.set(level, labelOf(row.data['role']));
    } else if (row.type === 'acknowledged') {
      const open = row.subject === '' ? [...found.values()] : [of(row.subject)];
      for (const path of open) {
        const last = path.holds[path.holds.length - 1];
        if (last && last.acknowledgedAt === undefined && last.to > row.ms)
          Object.assign(last, { acknowledgedAt: row.ms, acknowledged: row });
      }
    } else if (row.type === 'exhausted') of(row.subject).exhausted.push(row);
    else if (['resolved', 'closed', 'merged'].includes(row.type)) {
      for (const path of found.values()) for (const hold of path.holds) hold.to = Math.min(hold.to, row.ms);
    }
  }
  return [...found.values()].filter((path) => path.holds.length + path.exhausted.length > 0);
}

/** Whether a row speaks of the clock of a task rather than of a commitment. */
function ofTask(rows: readonly ReadRow[]): (row: ReadRow) => boolean {
  const names = new Set(rows.filter((row) => row.type.startsWith('task_')).map((row) => row.subject));
  return (row) => (row.data['owner'] === undefined ? names.has(row.subject) : row.data['owner'] === 'task');
}

/** Series of ticks: clocks whose due instants are ticks, and those of status updates. */
export function cadences(rows: readonly ReadRow[]): Cadence[] {
  const byName = new Map<string, Map<number, Tick>>();
  const series = new Set(
    rows.filter((row) => row.type === 'due' && row.data['tick'] !== undefined).map((row) => row.subject),
  );
  for (const row of rows) {
    if (!['due', 'met', 'breached'].includes(row.type) || row.subject === '' || row.data['owner'] === 'task') continue;
    if (!series.has(row.subject) && !/updates?$/.test(row.subject)) continue;
    const ticks = byName.get(row.subject) ?? new Map<number, Tick>();
    byName.set(row.subject, ticks);
    const at = offsetOf(row, 'due') ?? row.ms;
    const before = ticks.get(at);
    if (row.type === 'breached') ticks.set(at, { at, state: 'missed', source: row });
    else if (row.type === 'due') {
      const state = row.data['kept'] === true ? 'kept' : row.data['kept'] === false ? 'missed' : 'plain';
      ticks.set(at, before ?? { at, state, source: row });
    } else if (row.data['late'] === true) {
      for (const tick of ticks.values()) if (tick.state === 'missed') tick.healedAt ??= row.ms;
      if (at > row.ms && !before) ticks.set(at, { at, state: 'kept', source: row });
    } else ticks.set(at, { at, state: 'kept', source: row });
  }
  return [...byName].map(([name, ticks]) => ({ name, ticks: [...ticks.values()].sort((a, b) => a.at - b.at) }));
}

/** Every delivery, with what became of it. */
export function deliveries(rows: readonly ReadRow[]): Sent[] {
  const sent: (Sent & { name: string; key: string; path: string })[] = [];
  for (const row of rows) {
    const text = (field: string): string => (typeof row.data[field] === 'string' ? row.data[field] : '');
    if (row.type === 'delivery') {
      const channel = text('verb') === 'draft' || text('draftFor') !== '' ? 'draft' : text('channel') || 'other';
      // Another ticket is labelled by what it is told.
      const role = labelOf((channel === 'ticket' ? row.data['template'] : row.data['role']) ?? row.data['to']);
      sent.push({
        at: row.ms,
        channel,
        role,
        failed: false,
        source: row,
        name: row.subject || text('name'),
        key: text('key'),
        path: text('path'),
      });
    } else if (row.type === 'undelivered' || row.type === 'unreached') {
      const key = text('key');
      const named = row.subject || text('role');
      const before = sent.filter((one) => one.at <= row.ms && !one.failed);
      const failed =
        (key !== '' ? before.findLast((one) => one.key === key) : undefined) ??
        before.findLast((one) => one.name === named && named !== '') ??
        before.findLast(
          (one) => one.source.data['role'] === named && (one.channel === 'page' || row.type === 'undelivered'),
        );
      if (failed) failed.failed = true;
    } else if (row.type === 'delivered' && text('key') !== '') {
      const reached = sent.findLast((one) => one.key === text('key'));
      if (reached) reached.failed = false;
    }
  }
  return sent;
}

/** Tasks, and promises with a single due instant, in the order in which they began. */
export function deadlines(rows: readonly ReadRow[], series: readonly Cadence[]): Deadline[] {
  const task = ofTask(rows);
  const inSeries = new Set(series.map((one) => one.name));
  const found: Deadline[] = [];
  const current = (kind: Deadline['kind'], name: string): Deadline | undefined =>
    found.findLast((one) => one.kind === kind && one.name === name && one.to === undefined);
  for (const row of rows) {
    const due = offsetOf(row, 'due');
    const begins =
      row.type === 'task_opened' ||
      (row.type === 'started' && row.data['owner'] === 'commitment' && !inSeries.has(row.subject));
    if (begins) {
      const kind = row.type === 'task_opened' ? 'task' : 'promise';
      const old = current(kind, row.subject);
      if (old && kind === 'promise') Object.assign(old, { to: row.ms, ending: 'moot' });
      found.push({
        name: row.subject,
        kind,
        who: labelOf(row.data['for']),
        from: row.ms,
        ...(due === undefined ? {} : { due }),
        ending: 'open',
        sources: [row],
      });
      continue;
    }
    const kind = task(row) ? 'task' : 'promise';
    const one = current(kind, row.subject);
    if (row.type === 'stopped' || row.type === 'closed' || row.type === 'merged') {
      const names = row.data['names'];
      const all = row.type !== 'stopped';
      for (const item of found) {
        const named = row.subject === item.name || (Array.isArray(names) && names.includes(item.name));
        if (item.to === undefined && (all || (item.kind === 'promise' && named)))
          Object.assign(item, { to: row.ms, ending: 'moot' });
      }
    } else if (!one && row.type === 'breached' && !inSeries.has(row.subject)) {
      found.push({
        name: row.subject,
        kind,
        who: '',
        from: 0,
        due: due ?? row.ms,
        breachedAt: row.ms,
        ending: 'open',
        sources: [row],
      });
    } else if (one && ['task_done', 'met', 'task_moot', 'task_lapsed'].includes(row.type)) {
      Object.assign(one, {
        to: row.ms,
        ending: row.type === 'task_moot' || row.type === 'task_lapsed' ? 'moot' : 'done',
      });
      one.sources.push(row);
    } else if (one && row.type === 'breached') {
      one.breachedAt = row.ms;
      one.due ??= due ?? row.ms;
      one.sources.push(row);
    } else if (one && ['rescheduled', 'started', 'activated', 'clock_resumed'].includes(row.type) && due !== undefined)
      one.due = due;
  }
  return found;
}

const ALARMS: Partial<Record<string, Alarm['kind']>> = {
  breached: 'breach',
  again: 'breach',
  mark: 'warning',
  undelivered: 'failure',
  unreached: 'failure',
  exhausted: 'failure',
  engine_fault: 'failure',
};

/** Breaches, warnings and failures: what somebody must see. */
export function alarms(rows: readonly ReadRow[]): Alarm[] {
  return rows.flatMap((row) => {
    const kind = ALARMS[row.type];
    return kind ? [{ at: row.ms, kind, name: labelOf(row.subject) || labelOf(row.type), source: row }] : [];
  });
}
