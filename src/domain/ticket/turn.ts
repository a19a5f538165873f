/**
 * One turn of the engine: an input or a due item, and everything that follows from it at the same instant.
 * Events are applied one after another; each then reacts on the state just after it (policy-language §4.2), until
 * nothing is left. A turn is the only mutable thing in the core and never leaves it.
 */
import { isUnknown, missingName } from '../policy/expr';
import type { ShadowCopy } from '../policy/rollout-types';
import type { Cel, CompiledPack, JsonObject } from '../policy/types';
import type { EpochMs } from '../time/instants';
import { holdsIn, makeEnv, type EventView, type Scope } from './env';
import { evolve } from './evolve';
import { kindOf, packIndex } from './pack-index';
import { NO_COPY, seenBy, sideOf } from './rollout';
import type { Actor, StatePatch, TicketEvent, TicketState } from './types';

export const ENGINE: Actor = { name: 'tocsin', kind: 'engine' };

/** More events than this in one turn is a circle the checker missed: an engine fault, not an endless loop. */
const EVENTS_A_TURN = 2_000;

/** A circle: nothing more can be recorded in this turn. */
export class TurnOverflow extends Error {}

export interface NewEvent {
  type: string;
  subject?: string;
  at?: EpochMs;
  by?: Actor;
  clauses?: string[];
  data?: JsonObject;
  patch?: StatePatch;
}

/** An event with the state just after it and the names it changed. */
export interface Happening {
  event: TicketEvent;
  after: TicketState;
  changed: ReadonlySet<string>;
  /** Conditions whose truth it changed. */
  edges: { name: string; now: boolean }[];
  message?: JsonObject;
  /** A rollout in shadow has made it so, for itself: only what is in that rollout reacts to it. */
  shadow?: string;
  /** It did not even happen there: it would have. What acts in shadow as well does not take it for a fact. */
  virtual?: boolean;
}

export class Turn {
  readonly events: TicketEvent[] = [];
  private readonly queue: Happening[] = [];
  /** Deliveries of this turn by recipient, channel and template: the same one from several rules is made once. */
  readonly made = new Map<string, TicketEvent>();
  /** The rollout in shadow whose part of the pack acts, and which construct that is: what it does is withheld. */
  shadow: { rollout: string; owner: string } | undefined;
  /** The rollout of whatever acts: what others have come to in shadow is hidden from it. */
  private viewer: string | undefined;

  constructor(
    readonly pack: CompiledPack,
    public state: TicketState,
    /** The instant of this turn. */
    readonly at: EpochMs,
    readonly recordedAt: EpochMs,
    public cause: string,
    readonly message?: JsonObject,
  ) {}

  /** Record an event: apply it, settle the conditions it changes, and queue its consequences. */
  emit(input: NewEvent): TicketEvent {
    if (this.events.length >= EVENTS_A_TURN)
      throw new TurnOverflow(`more than ${EVENTS_A_TURN} events at one instant: ${input.type}`);
    const event: TicketEvent = {
      seq: this.state.seq + 1,
      at: Math.max(input.at ?? this.at, this.state.at),
      recordedAt: this.recordedAt,
      type: input.type,
      ...(input.subject === undefined ? {} : { subject: input.subject }),
      by: input.by ?? ENGINE,
      cause: this.cause,
      clauses: input.clauses ?? [],
      data: input.data ?? {},
      ...(input.patch ? { patch: input.patch } : {}),
    };
    const changed = changedNames(event);
    let after = evolve(this.state, event);
    const edges = this.settleConditions(after, event, changed);
    if (edges.length > 0) {
      const is = Object.fromEntries(edges.map((edge) => [edge.name, edge.now]));
      event.patch = { ...event.patch, is: { ...event.patch?.is, ...is } };
      after = { ...after, is: { ...after.is, ...is } };
    }
    this.state = after;
    this.events.push(event);
    const shadow = this.shadow ? { shadow: this.shadow.rollout } : {};
    const message = this.message ? { message: this.message } : {};
    this.queue.push({ event, after, changed, edges, ...shadow, ...message });
    return event;
  }

  /**
   * Let a construct of the pack react to something. One that is off on this ticket does nothing; what one in shadow does
   * is withheld, and it sees its own copies. `inShadow`: it acts there as well.
   */
  as(owner: string, happening: Happening | undefined, run: () => void, def: { inShadow?: boolean } = {}): void {
    const { side, rollout } = sideOf(this.pack, this.state, owner);
    if (side === 'off') return;
    const withheld = side === 'shadow' && def.inShadow !== true;
    const concerned = side === 'shadow' && happening?.shadow === rollout && (withheld || happening.virtual !== true);
    if (happening?.shadow !== undefined && !concerned) return;
    const { shadow, viewer } = this;
    this.shadow = withheld ? { rollout, owner } : undefined;
    this.viewer = rollout;
    try {
      run();
    } finally {
      this.shadow = shadow;
      this.viewer = viewer;
    }
  }

  /** The state as whoever acts sees it. */
  seen(state: TicketState = this.state): TicketState {
    return seenBy(this.pack, state, this.viewer, this.shadow !== undefined);
  }

  /**
   * Record what would have been done. `verb` is the action; `copy` is what the part in shadow holds of the ticket from
   * now on. Only while a part in shadow acts.
   */
  withhold(verb: string, input: Pick<NewEvent, 'clauses' | 'data' | 'patch'>, copy?: ShadowCopy): TicketEvent {
    const { rollout = '', owner = '' } = this.shadow ?? {};
    const patch: StatePatch = { ...input.patch, ...(copy ? { shadow: { [rollout]: copy } } : {}) };
    return this.emit({
      type: 'withheld',
      subject: verb,
      clauses: input.clauses ?? [],
      data: { of: owner, ...input.data },
      ...(Object.keys(patch).length > 0 ? { patch } : {}),
    });
  }

  /** What the part in shadow that acts holds of the ticket. */
  get copy(): ShadowCopy {
    return this.state.shadow?.[this.shadow?.rollout ?? ''] ?? NO_COPY;
  }

  next(): Happening | undefined {
    return this.queue.shift();
  }

  /** The environment of a condition on a happening; `current` reads what later events of the turn changed too. */
  scope(happening: Happening, current = false): Scope {
    return {
      pack: this.pack,
      state: this.seen(current ? this.state : happening.after),
      event: viewOf(happening.event),
      ...(happening.message ? { message: happening.message } : {}),
    };
  }

  /** Whether a condition holds; an unknown one does not, and the missing name is recorded once. */
  holds(scope: Scope, cel: Cel | undefined): boolean {
    if (!cel) return true;
    const value = holdsIn(makeEnv(scope), cel);
    if (!isUnknown(value)) return value;
    this.recordUnknown(missingName(value), cel.src);
    return false;
  }

  recordUnknown(name: string, src: string): void {
    const note = `${name} in ${src}`;
    if (this.state.unknown.includes(note)) return;
    // Applied without an event of its own: it explains, it decides nothing. It rides on the next event's patch.
    this.pendingUnknown.add(note);
  }
  private readonly pendingUnknown = new Set<string>();

  /** Names found missing since the last call; recorded by the engine at the end of a turn. */
  takeUnknown(): string[] {
    const notes = [...this.pendingUnknown].filter((note) => !this.state.unknown.includes(note));
    this.pendingUnknown.clear();
    return notes;
  }

  /** A condition tells the state of affairs as the rollout that it belongs to sees it; one that is off tells nothing. */
  private scopeOf(condition: string, scope: Scope): Scope | undefined {
    if (!scope.state.rollout) return scope;
    const { side, rollout } = sideOf(this.pack, scope.state, condition);
    if (side === 'off') return undefined;
    return { ...scope, state: seenBy(this.pack, scope.state, rollout, side === 'shadow') };
  }

  private settleConditions(
    after: TicketState,
    event: TicketEvent,
    changed: Set<string>,
  ): { name: string; now: boolean }[] {
    const edges: { name: string; now: boolean }[] = [];
    const settled = { ...after };
    const real: Scope = { pack: this.pack, state: settled, event: viewOf(event) };
    for (const condition of packIndex(this.pack, kindOf(after.ticket)).conditions) {
      const before = settled.is[condition.name];
      // At the opening everything is new: a condition may hold without any of its names having changed.
      if (before !== undefined && event.type !== 'opened' && !touches(condition.cel.reads, changed)) continue;
      const scope = this.scopeOf(condition.name, real);
      if (!scope) continue;
      const value = holdsIn(makeEnv(scope), condition.cel);
      if (isUnknown(value)) this.recordUnknown(missingName(value), condition.cel.src);
      const now = value === true;
      if (before === now) continue;
      settled.is = { ...settled.is, [condition.name]: now };
      changed.add(`is.${condition.name}`);
      edges.push({ name: condition.name, now });
    }
    return edges;
  }
}

export function viewOf(event: TicketEvent): EventView {
  return {
    type: event.type,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    at: event.at,
    by: event.by,
    data: event.data,
  };
}

/** Whether any of the names read was changed. `ticket.*` stands for every field. */
export function touches(reads: readonly string[], changed: ReadonlySet<string>): boolean {
  for (const name of reads) {
    if (changed.has(name)) return true;
    if (name.endsWith('.*')) {
      const prefix = name.slice(0, -1);
      for (const one of changed) if (one.startsWith(prefix)) return true;
    }
  }
  return false;
}

/** The names (as conditions read them) that an event changes. */
function changedNames(event: TicketEvent): Set<string> {
  const changed = new Set<string>([`seen.${event.type}`]);
  if (event.subject !== undefined) changed.add(`seen.${event.type}(${event.subject})`);
  const patch = event.patch;
  if (!patch) return changed;
  for (const name of Object.keys(patch.ticket ?? {})) changed.add(`ticket.${name}`);
  if (patch.shadow && event.type === 'withheld') {
    if (event.data['field'] !== undefined) changed.add(`ticket.${String(event.data['field'])}`);
    changed.add('ticket.tags');
  }
  if (patch.ticket && 'queue' in patch.ticket)
    for (const name of ['key', 'title', 'within']) changed.add(`queue.${name}`);
  for (const key of Object.keys(patch.clocks ?? {})) {
    if (key.startsWith('commitment:')) changed.add(`commitment.${key.slice('commitment:'.length)}`);
  }
  for (const key of Object.keys(patch.tasks ?? {})) changed.add(`task.${key.split('#')[0] ?? key}`);
  for (const name of Object.keys(patch.paths ?? {})) changed.add(`path.${name}`);
  for (const name of Object.keys(patch.named ?? {})) changed.add(`delivery.${name}`);
  for (const name of Object.keys(patch.facts ?? {})) changed.add(`fact.${name}`);
  for (const name of Object.keys(patch.flows ?? {})) {
    changed.add(`flow.${name}`);
    changed.add('collected');
  }
  return changed;
}
