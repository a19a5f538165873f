/** Assistants, channels, ways in and canned responses of a part. Channels and ways in are the organisation's: one name for all. */
import type { AssistantDef, TextDef } from '../../domain/assistant/types';
import type { ChannelState } from '../../domain/policy/intake-types';
import type { CompiledPack, Value } from '../../domain/policy/types';
import { change, keyed } from './change';
import type { Placing } from './placing';

const same = (name: string): string => name;
const text =
  (p: Placing) =>
  (parts: TextDef): TextDef =>
    parts.map((part) => (typeof part === 'string' ? part : p.cel(part)));
const values =
  (p: Placing) =>
  (map: Record<string, Value>): Record<string, Value> =>
    keyed(map, same, p.value);

/** Every assistant. */
export const placeAssistants = (p: Placing, all: CompiledPack['assistants']): CompiledPack['assistants'] =>
  keyed(all ?? {}, same, (one) =>
    change<AssistantDef>(one, {
      login: text(p),
      again: text(p),
      intents: (intents) => intents.map((intent) => change(intent, { when: p.cel, set: values(p) })),
      triggers: (triggers) =>
        triggers.map((trigger) =>
          change(trigger, { when: p.cel, set: values(p), queue: p.name('queue'), say: text(p) }),
        ),
      steps: (steps) =>
        keyed(steps, same, (step) =>
          change(step, {
            act: (act) => (act.do === 'search' ? { ...act, query: p.expressions.value(act.query) } : act),
            set: values(p),
            say: text(p),
            next: (rows) => rows.map((row) => change(row, { when: p.cel })),
          }),
        ),
      collect: (items) => items.map((item) => change(item, { when: p.cel, ask: text(p) })),
      ticket: (ticket) => change(ticket, { subject: text(p), category: p.value, fields: (fields) => p.fields(fields) }),
      promise: p.list('commitment'),
      wait: (wait) => change(wait, { calendar: p.valueOf('calendar'), open: text(p), closed: text(p) }),
    }),
  );

const state =
  (p: Placing) =>
  (one: ChannelState): ChannelState =>
    change(one, { during: p.name('calendar'), queue: p.name('queue') });

/** Channels, ways in, canned responses. */
export const placeIntake = (p: Placing, pack: CompiledPack): Pick<CompiledPack, 'channels' | 'intake' | 'replies'> => ({
  channels: keyed(pack.channels, same, (channel) =>
    change(channel, {
      states: (states) => states.map(state(p)),
      plans: (plans) => keyed(plans, same, (states) => states.map(state(p))),
    }),
  ),
  intake: keyed(pack.intake, same, (way) =>
    change(way, {
      to: p.name('role'),
      queue: p.name('queue'),
      opens: (opens) => keyed(opens, p.name('field'), (value) => value),
      keeps: (keeps) => keyed(keeps, same, p.name('field')),
    }),
  ),
  replies: keyed(pack.replies, p.name('reply'), (reply) =>
    change(reply, { name: p.name('reply'), template: p.name('template'), when: p.cel }),
  ),
});
