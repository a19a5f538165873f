/** A ticket as its customer may see it: the pack's fields that are for all, what was said to them, when they hear again. */
import type { CompiledPack, Json, JsonObject } from '../policy/types';
import type { EpochMs } from '../time/instants';
import { lookUpName, makeEnv } from './env';
import type { TicketEvent, TicketState } from './types';
import { publicStatus } from './visibility';

/** One thing that was said, by whom. */
export interface PublicUpdate {
  at: EpochMs;
  from: 'support' | 'customer';
  text: string;
}

/** What a customer sees. Nothing of it names a note, a tag, a queue or a field of the staff. */
export interface PublicTicket {
  number: string;
  subject: string;
  status: string;
  priority: string;
  openedAt: EpochMs;
  resolvedAt?: EpochMs;
  /** When the customer hears again. */
  nextUpdate?: EpochMs;
  /** Fields of the pack that are visible to all and have a value. */
  fields: JsonObject;
  updates: PublicUpdate[];
}

/** Events whose text was meant for the customer, and theirs. */
const SAID: Readonly<Record<string, PublicUpdate['from']>> = {
  agent_reply: 'support',
  update_sent: 'support',
  resolved: 'support',
  message: 'customer',
};

/** The view of a ticket from its state and its events. */
export function publicTicket(pack: CompiledPack, state: TicketState, events: readonly TicketEvent[]): PublicTicket {
  const { ticket } = state;
  const fields = Object.entries(pack.fields)
    .filter(([name, field]) => field.visible === 'all' && name !== 'priority' && given(ticket[name]))
    .map(([name]): [string, Json] => [name, ticket[name] ?? null]);
  const nextUpdate = nextPublicUpdate(pack, state);
  return {
    number: text(ticket['number']),
    subject: text(ticket['subject']),
    status: publicStatus(pack, ticket.status),
    priority: text(ticket['priority']),
    openedAt: Number(ticket['opened_at'] ?? 0),
    ...(typeof ticket['resolved_at'] === 'number' ? { resolvedAt: ticket['resolved_at'] } : {}),
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    fields: Object.fromEntries(fields),
    updates: events.flatMap(updateOf),
  };
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const given = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

function updateOf(event: TicketEvent): PublicUpdate[] {
  const from = Object.hasOwn(SAID, event.type) ? SAID[event.type] : undefined;
  if (from === undefined || (from === 'customer' && event.subject !== 'customer')) return [];
  const said = text(event.data['text']);
  return said === '' ? [] : [{ at: event.at, from, text: said }];
}

/** The earliest instant by which a promise that is running wants an update sent to the customer. */
function nextPublicUpdate(pack: CompiledPack, state: TicketState): EpochMs | undefined {
  const event = { type: '', at: state.at, by: { name: 'engine', kind: 'engine' as const }, data: {} };
  const env = makeEnv({ pack, state, event });
  const waiting = Object.values(pack.commitments).filter((one) =>
    one.met.some((pattern) => pattern.name === 'update_sent'),
  );
  const dues = waiting.flatMap(({ name }): EpochMs[] => {
    if (lookUpName(env, `commitment.${name}.active`) !== true) return [];
    const next = lookUpName(env, `commitment.${name}.next`) ?? lookUpName(env, `commitment.${name}.due`);
    return typeof next === 'number' ? [next] : [];
  });
  return dues.length === 0 ? undefined : Math.min(...dues);
}
