/** What happens when an item of the agenda falls due. */
import type { RuleDef } from '../policy/types';
import { formatInstant } from '../time/instants';
import { act } from './act';
import { FAULTY } from './agenda';
import { clausesOf } from './clock-reactions';
import { LIMIT } from './clocks';
import { deadlinePassed, pageTimedOut } from './deliveries';
import { releaseHeld } from './hours';
import { factTimedOut } from './facts';
import { silenceFell } from './flow-silence';
import { warnsFor } from './groups';
import { acknowledgementMissed } from './paths';
import type { Happening, Turn } from './turn';
import type { AgendaItem, ClockState } from './types';

/** Act on one due item. It was checked just before that the item still stands. */
export function fallDue(turn: Turn, item: AgendaItem): void {
  if (item.label === FAULTY) throw new Error(String(item.data['error']));
  const key = item.id.slice(item.id.indexOf(':') + 1);
  if (item.kind === 'ack') {
    const path = turn.state.paths[key];
    if (path) acknowledgementMissed(turn, key, path);
  } else if (item.kind === 'by' || item.kind === 'timeout') {
    const delivery = turn.state.deliveries[key];
    if (delivery) (item.kind === 'by' ? deadlinePassed : pageTimedOut)(turn, delivery, item.at);
  } else if (item.kind === 'held') {
    const delivery = turn.state.deliveries[key];
    if (delivery) releaseHeld(turn, delivery);
  } else if (item.kind === 'remind') remind(turn, key);
  else if (item.kind === 'silence') turn.as(key, undefined, () => silenceFell(turn, key));
  else if (item.kind === 'fact') turn.as(key, undefined, () => factTimedOut(turn, key));
  else {
    const clock = turn.state.clocks[item.id];
    if (clock) clockDue(turn, item, clock);
  }
}

function remind(turn: Turn, key: string): void {
  const task = turn.state.tasks[key];
  const every = task ? turn.pack.tasks[task.name]?.remind : undefined;
  if (!task || every === undefined) return;
  turn.emit({
    type: 'reminded',
    subject: task.name,
    clauses: turn.pack.tasks[task.name]?.clauses ?? [],
    data: { task: task.name, for: task.for },
    patch: { tasks: { [key]: { remindAt: turn.at + every } } },
  });
}

function clockDue(turn: Turn, item: AgendaItem, clock: ClockState): void {
  const clauses = clausesOf(turn, clock);
  const base = { subject: clock.name, clauses };
  const who = clock.owner === 'task' ? { for: turn.state.tasks[item.id.slice('task:'.length)]?.for ?? [] } : {};
  const patch = (fields: Partial<ClockState>) => ({ clocks: { [item.id]: fields as Record<string, never> } });
  switch (item.kind) {
    case 'mark': {
      const tick = item.data['tick'];
      const label = typeof tick === 'number' ? `${item.label}@${tick}` : item.label;
      const due = typeof tick === 'number' ? tick : clock.due;
      const other = warnsFor(turn.pack, turn.state, clock);
      turn.emit({
        ...base,
        type: other === undefined ? 'mark' : 'mark_shared',
        data: {
          owner: clock.owner,
          mark: item.label,
          ...who,
          ...(due === undefined ? {} : { due }),
          ...(other === undefined ? {} : { warns: other }),
        },
        patch: patch({ marked: [...clock.marked, label] }),
      });
      return;
    }
    case 'due':
      if (item.label === LIMIT) {
        turn.emit({
          ...base,
          type: 'breached',
          data: { owner: clock.owner, due: clock.due ?? item.at, ...who },
          patch: patch({ breached: true, breachedAt: turn.at }),
        });
        return;
      }
      if ((clock.grace ?? 0) > 0) {
        turn.emit({
          ...base,
          type: 'due',
          data: { owner: clock.owner, due: clock.due ?? item.at, ...who },
          patch: patch({ late: true }),
        });
        return;
      }
      turn.emit({
        ...base,
        type: 'due',
        data: { owner: clock.owner, due: clock.due ?? item.at, ...who },
        patch: patch({ breached: true, breachedAt: turn.at }),
      });
      turn.emit({ ...base, type: 'breached', data: { owner: clock.owner, due: clock.due ?? item.at, ...who } });
      return;
    case 'tick':
      tickDue(turn, item, clock, base);
      return;
    case 'again':
      turn.emit({
        ...base,
        type: 'again',
        data: { owner: clock.owner, n: clock.again + 1 },
        patch: patch({ again: clock.again + 1 }),
      });
      return;
    case 'fire':
      fire(turn, item, clock);
      return;
    default:
      return;
  }
}

function tickDue(turn: Turn, item: AgendaItem, clock: ClockState, base: { subject: string; clauses: string[] }): void {
  const commitment = turn.pack.commitments[clock.name];
  const promised = (commitment?.met.length ?? 0) > 0;
  const early = commitment?.clock.early ?? 0;
  const kept =
    !promised || (clock.lastMet !== undefined && clock.lastMet > item.at - early && clock.lastMet <= item.at);
  const missed = kept ? {} : { breached: true, breachedAt: item.at };
  turn.emit({
    ...base,
    type: 'due',
    data: { owner: clock.owner, due: item.at, tick: formatInstant(item.at), ...(promised ? { kept } : {}) },
    patch: { clocks: { [item.id]: { lastTick: item.at, marked: [], ...missed } } },
  });
  if (!kept) turn.emit({ ...base, type: 'breached', data: { owner: clock.owner, due: item.at } });
}

/** A delayed rule acts: its `event` is the one that anchored it. */
function fire(turn: Turn, item: AgendaItem, clock: ClockState): void {
  const rule = turn.pack.rules[clock.name];
  turn.as(clock.name, undefined, () => acted(turn, item, clock, rule), rule);
}

function acted(turn: Turn, item: AgendaItem, clock: ClockState, rule: RuleDef | undefined): void {
  const event = turn.emit({
    type: 'fired',
    subject: clock.name,
    clauses: rule?.clauses ?? [],
    data: { after: clock.anchor },
    patch: { clocks: { [item.id]: null }, ...(rule?.once ? { once: [`rule:${clock.name}`] } : {}) },
  });
  if (!rule) return;
  const happening: Happening = { event, after: turn.state, changed: new Set(), edges: [] };
  const anchor = clock.event ?? {};
  const view = { type: String(anchor['type'] ?? 'fired'), at: turn.at, by: event.by, data: anchor };
  act(turn, happening, rule, { ...turn.scope(happening), event: view });
}
