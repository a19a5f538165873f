/** Drives one ticket through the core by hand: what is given, when, and the timeline as short lines. */
import type { CompiledPack, Json, JsonObject } from '../../../src/domain/policy/types';
import { formatDuration, parseDuration, parseInstant } from '../../../src/domain/time/instants';
import { advance, agenda, handle, open } from '../../../src/domain/ticket/engine';
import type {
  FactAnswer,
  Actor,
  AgendaItem,
  Delivery,
  Opening,
  Outcome,
  Receipt,
  Rejection,
  TicketEvent,
  TicketState,
  Told,
} from '../../../src/domain/ticket/types';

/** A Monday. Moments of a test are ISO durations after it, or instants. */
export const OPENED = '2026-03-02T10:00:00Z';

export const OPENING: Opening = {
  subject: 'Nothing loads',
  body: 'Since ten this morning.',
  channel: 'email',
  customer: { name: 'Jane Smith', email: 'jane@example.com', plan: 'starter' },
};

export const momentOf = (text: string, opened: number): number => {
  const after = parseDuration(text);
  const instant = after === undefined ? parseInstant(text) : opened + after;
  if (instant === undefined) throw new Error(`"${text}" is no moment`);
  return instant;
};

const actorOf = (by: string | Actor): Actor =>
  typeof by === 'string' ? { name: by, kind: by === 'customer' ? 'customer' : 'person' } : by;

export interface LogOptions {
  from?: number;
}

export class Drive {
  state: TicketState;
  readonly events: TicketEvent[] = [];
  readonly opened: number;
  private ids = 0;

  constructor(
    readonly pack: CompiledPack,
    opening: Partial<Opening> = {},
    at = OPENED,
    /** Shares of the pack's rollouts, by name. */
    shares?: Readonly<Record<string, number>>,
  ) {
    this.opened = momentOf(at, 0);
    const outcome = open(
      pack,
      { ...OPENING, ...opening },
      { id: 'T', at: this.opened, recordedAt: this.opened, packHash: 'hash', ...(shares ? { shares } : {}) },
    );
    if (!outcome.ok) throw new Error(`${outcome.rejection.code}: ${outcome.rejection.message}`);
    this.state = outcome.state;
    this.events.push(...outcome.events);
  }

  at(moment: string): number {
    return momentOf(moment, this.opened);
  }

  private command(moment: string, name: string, fields: JsonObject, by: string | Actor, id?: string): Outcome {
    const at = this.at(moment);
    const command = { id: id ?? `c${++this.ids}`, name, at, by: actorOf(by), fields };
    return handle(this.pack, this.state, { kind: 'command', command }, at);
  }

  private take(outcome: Outcome): TicketEvent[] {
    if (!outcome.ok) throw new Error(`${outcome.rejection.code}: ${outcome.rejection.message}`);
    this.state = outcome.state;
    this.events.push(...outcome.events);
    return outcome.events;
  }

  /** A command that must be accepted. */
  give(moment: string, name: string, fields: JsonObject = {}, by: string | Actor = 'agent', id?: string): this {
    this.take(this.command(moment, name, fields, by, id));
    return this;
  }

  /** A command that must be refused; nothing changes by it. */
  refused(moment: string, name: string, fields: JsonObject = {}, by: string | Actor = 'agent'): Rejection {
    const before = JSON.stringify(this.state);
    const outcome = this.command(moment, name, fields, by);
    if (outcome.ok) throw new Error(`${name} was accepted`);
    if (before !== JSON.stringify(this.state)) throw new Error(`the refused ${name} changed the state`);
    return outcome.rejection;
  }

  fact(moment: string, fact: string, value?: Json): this {
    const at = this.at(moment);
    const answer = { fact, at, ...(value === undefined ? {} : { value }) };
    this.take(handle(this.pack, this.state, { kind: 'fact', answer }, at));
    return this;
  }

  /** A model's answer: a value, a score, or nothing. */
  answer(moment: string, fact: string, answer: Pick<Partial<FactAnswer>, 'value' | 'score' | 'key' | 'usage'>): this {
    const at = this.at(moment);
    this.take(handle(this.pack, this.state, { kind: 'fact', answer: { fact, at, ...answer } }, at));
    return this;
  }

  /** What another ticket says. */
  hear(moment: string, said: Pick<Told, 'from' | 'seq' | 'name'> & Partial<Told>): this {
    const at = this.at(moment);
    const told: Told = { key: `${said.from}|${said.seq}|${said.name}`, at, data: {}, ...said };
    this.take(handle(this.pack, this.state, { kind: 'told', told }, at));
    return this;
  }

  /** What became of the newest delivery that fits. */
  receipt(moment: string, match: Partial<Delivery>, receipt: Partial<Receipt> = {}): this {
    const found = this.deliveries(match).at(-1);
    if (!found) throw new Error(`no delivery fits ${JSON.stringify(match)}`);
    const at = this.at(moment);
    const whole: Receipt = { key: found.key, outcome: 'delivered', at, ...receipt };
    this.take(handle(this.pack, this.state, { kind: 'receipt', receipt: whole }, at));
    return this;
  }

  /** Everything due up to and including a moment happens. */
  until(moment: string): this {
    const at = this.at(moment);
    const step = advance(this.pack, this.state, at, at);
    this.state = step.state;
    this.events.push(...step.events);
    return this;
  }

  agenda(): readonly AgendaItem[] {
    return agenda(this.pack, this.state);
  }

  /** When things are due, as `PT1H due commitment:x`. */
  due(): string[] {
    return this.agenda().map((item) => `${this.offset(item.at)} ${item.kind} ${item.id}`);
  }

  offset(at: number): string {
    return at < this.opened ? `-${formatDuration(this.opened - at)}` : formatDuration(at - this.opened);
  }

  of(...types: string[]): TicketEvent[] {
    return this.events.filter((event) => types.includes(event.type));
  }

  /** Events of these types (or `type(subject)`), as `PT45M mark(reply) 75%`. */
  log(...names: string[]): string[] {
    return this.events
      .filter((event) => names.includes(event.type) || names.includes(`${event.type}(${event.subject ?? ''})`))
      .map((event) => {
        const subject = event.subject === undefined ? '' : `(${event.subject})`;
        const mark = event.type === 'mark' ? ` ${String(event.data['mark'])}` : '';
        const late = event.type === 'met' && event.data['late'] === true ? ' late' : '';
        return `${this.offset(event.at)} ${event.type}${subject}${mark}${late}`;
      });
  }

  deliveries(match: Partial<Delivery> = {}): Delivery[] {
    return this.of('delivery')
      .map((event) => event.data as unknown as Delivery)
      .filter((delivery) =>
        Object.entries(match).every(
          ([name, value]) => (delivery as unknown as Record<string, unknown>)[name] === value,
        ),
      );
  }

  /** Deliveries as `PT5M page on_call_engineer`. */
  told(match: Partial<Delivery> = {}): string[] {
    return this.deliveries(match).map((one) => `${this.offset(one.at)} ${one.channel} ${one.role}`);
  }
}
