/** What becomes of the ticket that a conversation asks for, found by opening it on the core. */
import type { CompiledPack, Json, JsonObject } from '../policy/types';
import { open } from '../ticket/engine';
import { lookUpName, makeEnv } from '../ticket/env';
import type { Opening } from '../ticket/types';
import type { EpochMs } from '../time/instants';
import { durationWords } from '../time/words';
import type { AssistantDef, ConversationState, TicketWish } from './types';

/** The address of a visitor who gave none; nothing is delivered there (RFC 2606). */
const NOBODY = 'visitor@unknown.invalid';

/** The opening of a conversation's ticket. A visitor is the address that they gave. */
export function openingOf(def: AssistantDef, state: ConversationState, wish: TicketWish): Opening {
  const { visitor, collected } = state;
  const given = collected['email'];
  const email = visitor.email ?? (typeof given === 'string' ? given : '');
  return {
    subject: wish.subject === '' ? def.title : wish.subject,
    body: wish.body,
    channel: 'chat',
    customer: {
      name: visitor.name ?? (email === '' ? 'Visitor' : email),
      email: email === '' ? NOBODY : email,
      plan: visitor.plan ?? def.visitorPlan,
      ...(visitor.id === undefined ? {} : { id: visitor.id }),
    },
    ...(wish.category === undefined ? {} : { category: wish.category }),
    ...(wish.tags.length === 0 ? {} : { tags: wish.tags }),
    fields: wish.fields,
  };
}

/**
 * The ticket as the pack would have it at `at`: its fields, and under `response` in words how long until the earliest of the
 * commitments that the assistant promises. Empty where the pack refuses the opening.
 */
export function promised(pack: CompiledPack, state: ConversationState, wish: TicketWish, at: EpochMs): JsonObject {
  const def = pack.assistants[state.assistant];
  if (!def) return {};
  const opened = open(pack, openingOf(def, state, wish), { id: 'TICK-00000000-000', packHash: '', at, recordedAt: at });
  if (!opened.ok) return {};
  const event = { type: '', at, by: { name: 'engine', kind: 'engine' as const }, data: {} };
  const env = makeEnv({ pack, state: opened.state, event });
  // Not from the agenda: of a clock that shows the warning first, and the due instant only after it.
  const dues = def.promise.flatMap((name): EpochMs[] => {
    const due = lookUpName(env, `commitment.${name}.due`);
    return typeof due === 'number' && lookUpName(env, `commitment.${name}.active`) === true ? [due] : [];
  });
  const fields: Record<string, Json> = opened.state.ticket;
  return { ...fields, ...(dues.length === 0 ? {} : { response: durationWords(Math.min(...dues) - at) }) };
}
