/** The rollout of the source as the core and its keepers read it. */
import { WHOLE, type RolloutDef } from '../domain/policy/rollout-types';
import { listOf, ms, type Compiler, type SourcePath } from './compiler';
import type { PackSource } from './schema/pack';

type RolloutSource = NonNullable<PackSource['rollout']>;

/** The rollout of a whole pack, or of the part of a composite one whose names begin with `prefix`. */
export function compileRollout(
  c: Compiler,
  source: RolloutSource,
  of: { name: string; prefix: string; path: SourcePath } = { name: WHOLE, prefix: '', path: ['rollout'] },
): RolloutDef {
  const { compare } = source;
  const at = (key: string): SourcePath => [...of.path, key];
  return {
    name: of.name,
    clauses: source.clauses,
    prefix: of.prefix,
    kind: listOf(source.kind),
    key: c.cel(source.key, at('key'), 'rollout'),
    steps: source.steps,
    rest: source.rest,
    start: source.start,
    ...(source.stay === undefined ? {} : { stay: ms(source.stay) }),
    ...c.maybe('nextWhen', source.next_when, at('next_when'), 'rollout'),
    ...(compare
      ? {
          compare: {
            bot: c.cel(compare.bot, [...at('compare'), 'bot'], 'rollout'),
            person: c.cel(compare.person, [...at('compare'), 'person'], 'rollout'),
            same: Object.fromEntries(Object.entries(compare.same).map(([outcome, means]) => [outcome, [means].flat()])),
          },
        }
      : {}),
  };
}
