/**
 * Which side of a rollout a ticket is on, and what the parts of the pack in shadow see of it: the ticket as it is, with
 * their own copies of what they would have set. Everything here is decided at the opening and stands for ever.
 */
import { isUnknown } from '../policy/expr';
import { standingOf } from '../policy/rollout';
import { WHOLE, type RolloutDef, type ShadowCopy, type Side, type Standing } from '../policy/rollout-types';
import type { CompiledPack, Json, JsonObject } from '../policy/types';
import { makeEnv, valueIn, type Scope } from './env';
import { kindOf } from './pack-index';
import type { TicketEvent, TicketState } from './types';

/** Shares in percent by the name of the rollout, as they were when the ticket was opened. */
export type Shares = Readonly<Record<string, number>>;

/** The rollout that a construct belongs to: of several, the one whose prefix says most. */
export function rolloutOf(pack: Pick<CompiledPack, 'rollouts'>, owner: string): RolloutDef | undefined {
  let found: RolloutDef | undefined;
  for (const def of Object.values(pack.rollouts ?? {}))
    if (owner.startsWith(def.prefix) && (!found || def.prefix.length > found.prefix.length)) found = def;
  return found;
}

/** Where the ticket of a scope stands in each rollout. A key that cannot be told is the ticket's id. */
export function standings(scope: Scope, shares: Shares): Record<string, Standing> {
  const { pack, state } = scope;
  const found: Record<string, Standing> = {};
  for (const def of Object.values(pack.rollouts ?? {})) {
    const share = shares[def.name];
    if (share === undefined || !def.kind.includes(kindOf(state.ticket))) continue;
    const key = valueIn(makeEnv(scope), { cel: def.key });
    found[def.name] = standingOf(def, pack.id, isUnknown(key) || key === null ? state.id : String(key), share);
  }
  return found;
}

/** On which side a construct of the pack is on this ticket, and in which rollout. A ticket without standings is live. */
export function sideOf(
  pack: Pick<CompiledPack, 'rollouts'>,
  state: Pick<TicketState, 'rollout'>,
  owner: string,
): { side: Side; rollout: string } {
  const rollout = state.rollout ? rolloutOf(pack, owner)?.name : undefined;
  return { side: state.rollout?.[rollout ?? '']?.side ?? 'live', rollout: rollout ?? '' };
}

/** Where a ticket stands, in a word: null where everything is live, `shadow`, or `risk shadow` for a part. */
export function sideText(standings: Readonly<Record<string, Standing>>): string | null {
  const apart = Object.entries(standings).filter(([, { side }]) => side !== 'live');
  const words = apart.map(([name, { side }]) => (name === WHOLE ? side : `${name} ${side}`));
  return words.length === 0 ? null : words.join(', ');
}

export const NO_COPY: ShadowCopy = { fields: {}, tagged: [], untagged: [] };

/**
 * The state as a construct in a rollout (or in none) sees it: with the copies of that rollout where it is in shadow, and
 * without what the parts in other shadows have come to, which must not leak into what is done.
 */
export function seenBy(
  pack: Pick<CompiledPack, 'rollouts'>,
  state: TicketState,
  viewer: string | undefined,
  inShadow: boolean,
): TicketState {
  const { rollout } = state;
  if (!rollout) return state;
  const seen = inShadow && viewer !== undefined ? seenInShadow(state, viewer) : state;
  if (!Object.entries(rollout).some(([name, { side }]) => side === 'shadow' && name !== viewer)) return seen;
  const shown = <T>(items: Record<string, T>): Record<string, T> =>
    Object.fromEntries(
      Object.entries(items).filter(([owner]) => {
        const found = rolloutOf(pack, owner)?.name;
        return found === undefined || found === viewer || rollout[found]?.side !== 'shadow';
      }),
    );
  return { ...seen, flows: shown(seen.flows), facts: shown(seen.facts) };
}

/** The state with the copies of a rollout over it. */
function seenInShadow(state: TicketState, rollout: string): TicketState {
  const copy = state.shadow?.[rollout];
  if (!copy) return state;
  const tags = [
    ...state.ticket.tags.filter((tag) => !copy.untagged.includes(String(tag))),
    ...copy.tagged.filter((tag) => !state.ticket.tags.includes(tag)),
  ];
  return { ...state, ticket: { ...state.ticket, ...copy.fields, tags } };
}

/** The copy whose tags, over those of the ticket, are these. */
export function withTags(copy: ShadowCopy, real: readonly Json[], tags: readonly Json[]): ShadowCopy {
  return {
    ...copy,
    tagged: tags.filter((tag) => !real.includes(tag)).map(String),
    untagged: real.filter((tag) => !tags.includes(tag)).map(String),
  };
}

/** What people do counts: a field or tag that was really changed is no longer what the shadow thought of it. */
export function overtaken(
  copies: Record<string, ShadowCopy>,
  before: JsonObject,
  patch: JsonObject,
): Record<string, ShadowCopy> {
  const listed = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
  const real = listed(before['tags']);
  const added = patch['tags'] === undefined ? [] : listed(patch['tags']).filter((tag) => !real.includes(tag));
  return Object.fromEntries(
    Object.entries(copies).map(([name, copy]) => [
      name,
      {
        fields: Object.fromEntries(Object.entries(copy.fields).filter(([field]) => !(field in patch))),
        tagged: copy.tagged,
        untagged: copy.untagged.filter((tag) => !added.includes(tag)),
      },
    ]),
  );
}

/** What a withheld change would have been: the parts of the pack in the same shadow react to it as if it had happened. */
export function wouldBe(event: TicketEvent): TicketEvent | undefined {
  if (event.type !== 'withheld') return undefined;
  const { field, tag } = event.data;
  if (event.subject === 'set') return { ...event, type: 'changed', subject: String(field) };
  if (event.subject === 'tag') return { ...event, type: 'tagged', subject: String(tag) };
  if (event.subject === 'untag') return { ...event, type: 'untagged', subject: String(tag) };
  return undefined;
}
