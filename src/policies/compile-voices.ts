/** Voices of the source as the core reads them. */
import type { VoiceDef } from '../domain/policy/voice-types';
import { given, ms, type Compiler } from './compiler';
import type { VoiceSource } from './schema/voices';

/** One voice. */
export function compileVoice(_c: Compiler, name: string, source: VoiceSource): VoiceDef {
  const { title, speaks_as, customers, delay, typos, breakup, styled, manner, about, context, avoids, clauses } =
    source;
  const [from, to] = typeof delay === 'string' ? [delay, delay] : [delay.from, delay.to];
  return {
    name,
    title,
    speaksAs: speaks_as,
    customers,
    delay: { from: ms(from), to: ms(to) },
    typos,
    breakup,
    styled,
    ...given('manner', manner),
    ...given('about', about),
    ...given('context', context),
    avoids,
    clauses,
  };
}
