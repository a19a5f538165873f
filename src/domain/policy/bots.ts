/** The bots of a pack as people read them: each voice, what it asks, where it speaks, and what a model is told of a ticket. */
import { formatDuration } from '../time/instants';
import type { CompiledPack } from './types';
import type { VoiceDef } from './voice-types';

/** What a model is told of the conversation: rendered, with the names for which a value was made up. */
export interface BotContext {
  template: string;
  text: string;
  madeUp: string[];
}

/** A voice in words. */
export interface Bot {
  name: string;
  title: string;
  speaksAs: string;
  /** Whether it writes to customers. */
  customers: boolean;
  /** ISO 8601. */
  delay: { from: string; to: string };
  /** Percent of words. */
  typos: number;
  breakup: string;
  styled: boolean;
  manner: string | null;
  about: string | null;
  avoids: string[];
  /** States of flows that it asks and speaks in, `flow.state`. */
  states: string[];
  /** Facts that it has answered. */
  asks: string[];
  context: BotContext | null;
  clauses: string[];
}

/** Templates of contexts that a pack's voices name. */
export const contextsOf = (pack: Pick<CompiledPack, 'voices'>): string[] => [
  ...new Set(Object.values(pack.voices ?? {}).flatMap(({ context }) => (context === undefined ? [] : [context]))),
];

/** The bots in the pack's order. `texts` are the contexts as they read, by template; one that is missing is null. */
export function botsOf(
  pack: Pick<CompiledPack, 'voices'> & Partial<Pick<CompiledPack, 'flows'>>,
  texts: Readonly<Record<string, { text: string; madeUp: string[] }>>,
): Bot[] {
  return Object.values(pack.voices ?? {}).map((voice) => botOf(pack, voice, texts));
}

function botOf(
  pack: Partial<Pick<CompiledPack, 'flows'>>,
  voice: VoiceDef,
  texts: Readonly<Record<string, { text: string; madeUp: string[] }>>,
): Bot {
  const own = Object.values(pack.flows ?? {}).flatMap((flow) =>
    Object.values(flow.states)
      .filter((def) => def.voice === voice.name)
      .map((def) => ({ name: `${flow.name}.${def.name}`, def })),
  );
  const asks = own.flatMap(({ def }) => [
    ...def.ask,
    ...def.askEachMessage,
    ...(def.collect ? [def.collect.model] : []),
  ]);
  const text = voice.context === undefined ? undefined : texts[voice.context];
  return {
    name: voice.name,
    title: voice.title,
    speaksAs: voice.speaksAs,
    customers: voice.customers,
    delay: { from: formatDuration(voice.delay.from), to: formatDuration(voice.delay.to) },
    typos: voice.typos,
    breakup: voice.breakup,
    styled: voice.styled,
    manner: voice.manner ?? null,
    about: voice.about ?? null,
    avoids: voice.avoids,
    states: own.map(({ name }) => name),
    asks: [...new Set(asks)],
    context:
      voice.context === undefined || !text
        ? null
        : { template: voice.context, text: text.text.trim(), madeUp: text.madeUp },
    clauses: voice.clauses,
  };
}
