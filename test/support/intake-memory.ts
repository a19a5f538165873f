/** What intake remembers, in memory: the same contract as the store's. */
import type { IntakePort } from '../../src/http/intake-ports';
import type { Customer } from '../../src/intake/ways';
import type { JsonObject } from '../../src/domain/policy/types';
import type { IntakeMemory, Thread, Waiting } from '../../src/intake/ports';

export class MemoryOfIntake implements IntakeMemory {
  readonly events = new Map<string, JsonObject>();
  readonly threads = new Map<string, Thread>();
  readonly seen: { source: string; kind: string; what: string; who?: string; at: number }[] = [];
  private line: (Waiting & { left?: boolean })[] = [];

  async answered(source: string, event: string) {
    return this.events.get(`${source} ${event}`);
  }
  async remember(source: string, event: string, answer: JsonObject) {
    this.events.set(`${source} ${event}`, answer);
  }
  async thread(source: string, id: string) {
    return this.threads.get(`${source} ${id}`);
  }
  async keep(source: string, id: string, { ticket, data }: { ticket?: string; data?: JsonObject }) {
    const before = this.threads.get(`${source} ${id}`) ?? { data: {} };
    const bound = ticket ?? before.ticket;
    this.threads.set(`${source} ${id}`, {
      data: data ?? before.data,
      ...(bound === undefined ? {} : { ticket: bound }),
    });
  }
  async wait(one: Waiting) {
    if (!this.line.some(({ channel, id }) => channel === one.channel && id === one.id)) this.line.push({ ...one });
  }
  async leave(channel: string, id: string) {
    const one = this.line.find((each) => each.channel === channel && each.id === id && !each.left);
    if (one) one.left = true;
    return one;
  }
  async waiting(channel: string, queue?: string) {
    return this.line
      .filter((one) => one.channel === channel && !one.left && (queue === undefined || one.queue === queue))
      .sort((a, b) => b.rank - a.rank || a.since - b.since);
  }
  async view(view: { source: string; kind: string; what: string; who?: string; at: number }) {
    this.seen.push(view);
  }
  async views(source: string, who: string, limit: number) {
    return this.seen
      .filter((one) => one.source === source && one.who === who)
      .reverse()
      .slice(0, limit);
  }
}

/** The port of intake over a world in memory. */
export function intakeOf(world: {
  memory: MemoryOfIntake;
  customers: Customer[];
  secrets: Map<string, string>;
  known: Set<string>;
}): IntakePort {
  return {
    memory: world.memory,
    customers: {
      byEmail: async (email) => world.customers.find((one) => one.email === email),
      byAttribute: async (name, value) => world.customers.find((one) => one[name] === value),
    },
    secrets: world.secrets,
    adapters: async () => [
      { name: 'email', kind: 'mail', direction: 'in', state: 'ready', detail: 'nothing came yet' },
    ],
    find: async (id) => (world.known.has(id) ? { id: 'TICK-20260302-001', closed: false } : undefined),
  };
}
