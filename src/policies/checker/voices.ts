/** Voices: every name is one of the pack, a bot that is not for customers writes to none, and none says what it avoids. */
import type { SourcePath } from '../compiler';
import type { ActionSource } from '../schema/actions';
import type { VoiceSource } from '../schema/voices';
import type { Check, CheckContext } from './context';
import { CUSTOMER } from './names';

/** A message to the customer that a state sends. */
interface Sent {
  template: string;
  at: SourcePath;
}

type State = CheckContext['source']['flows'][string]['states'][string];

/** Every voice, and every state that has one. */
export const voices: Check = (context) => {
  const { source } = context;
  const known = new Set(Object.keys(source.voices));
  for (const [name, voice] of Object.entries(source.voices)) own(context, voice, ['voices', name]);
  for (const [flow, { states }] of Object.entries(source.flows))
    for (const [name, state] of Object.entries(states)) {
      const at = ['flows', flow, 'states', name];
      const place = state.voice === undefined ? [...at, 'collect', 'voice'] : [...at, 'voice'];
      const named = state.voice ?? state.collect?.voice;
      if (named === undefined || !context.known('voice', named, known, place)) continue;
      if ((state.collect?.voice ?? named) !== named)
        context.error('voice-twice', [...at, 'collect', 'voice'], `the state speaks as "${named}": it has one voice`);
      const voice = source.voices[named];
      if (voice) speaks(context, state, named, voice, at);
    }
};

function own(context: CheckContext, voice: VoiceSource, at: SourcePath): void {
  if (typeof voice.delay !== 'string' && context.loaded.pack.voices) {
    const compiled = context.loaded.pack.voices[String(at[1])];
    if (compiled && compiled.delay.from > compiled.delay.to)
      context.error('voice-delay', [...at, 'delay'], `${voice.delay.from} is longer than ${voice.delay.to}`);
  }
  if (voice.context === undefined) return;
  if (!context.known('template', voice.context, context.names.templates, [...at, 'context'])) return;
  if (context.loaded.pack.templates[voice.context]?.audience !== 'staff')
    context.error(
      'wrong-audience',
      [...at, 'context'],
      `the template "${voice.context}" is told to a model: give it the audience staff`,
    );
}

/** What a state sends to customers, and whether its voice may say it. */
function speaks(context: CheckContext, state: State, name: string, voice: VoiceSource, at: SourcePath): void {
  for (const sent of sentBy(state, at)) {
    if (!voice.customers)
      context.error(
        'internal-voice',
        sent.at,
        `the voice "${name}" writes to no customer, and its state sends "${sent.template}": set customers, or send it elsewhere`,
      );
    const file = context.loaded.templates[sent.template];
    const text = `${file?.subject ?? ''}\n${file?.text ?? ''}`.replace(/\{[{%][^]*?[%}]\}/g, '');
    for (const word of voice.avoids)
      if (text.includes(word))
        context.error(
          'avoided-words',
          sent.at,
          `the voice "${name}" avoids "${word}", and its message "${sent.template}" says it`,
        );
  }
}

function* sentBy(state: State, at: SourcePath): Generator<Sent> {
  yield* inActions(state.do, [...at, 'do']);
  for (const key of ['go', 'interrupts'] as const)
    for (const [i, row] of (state[key] ?? []).entries()) yield* inActions(row.do, [...at, key, i, 'do']);
  const silences: [State['silence'], SourcePath][] = [
    [state.silence, [...at, 'silence']],
    [state.collect?.silence, [...at, 'collect', 'silence']],
  ];
  for (const [rows, place] of silences)
    for (const [i, row] of (rows ?? []).entries()) {
      if (row.send !== undefined) yield { template: row.send, at: [...place, i, 'send'] };
      yield* inActions(row.do, [...place, i, 'do']);
    }
  for (const [i, item] of (state.collect?.items ?? []).entries())
    if (item.ask !== undefined) yield { template: item.ask, at: [...at, 'collect', 'items', i, 'ask'] };
}

function* inActions(actions: readonly ActionSource[] | undefined, at: SourcePath): Generator<Sent> {
  for (const [i, action] of (actions ?? []).entries()) {
    const { send, notify } = action;
    for (const [verb, one] of Object.entries({ send, notify }))
      if (one?.template !== undefined && [one.to].flat().includes(CUSTOMER))
        yield { template: one.template, at: [...at, i, verb, 'template'] };
  }
}
