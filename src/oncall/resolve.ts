/**
 * From a role to the people and addresses that hold it at an instant (design.md, decision 15). Pure: the overrides are
 * an argument, the instant is the delivery's, not the host's.
 */
import type { RoleDef, RotaDef } from '../domain/policy/types';
import type { Channel, EpochMs } from '../domain/ticket/types';
import { onDuty, type RotaPerson } from './rotation';

/** Somebody stands in: from `from` (included) to `to` (excluded), for a rotation or for a role. */
export interface OnCallOverride {
  rota?: string;
  role?: string;
  from: EpochMs;
  to: EpochMs;
  /** A name known from a rotation is enough; its addresses are looked up there. */
  person: RotaPerson;
}

/** One recipient and the way it was found: `role:x`, `override:x`, `rota:x`, `fallback:x`, `group:x`, `catch_all:x`. */
export interface ResolvedRecipient {
  /** The person's name, or the role's title. */
  name?: string;
  /** What it means is the channel's matter. */
  address: string;
  person?: string;
  via: string[];
}

export interface ResolveOptions {
  /** The pack's role of last resort; asked once nobody else was found. */
  catchAll?: string;
  /** For a role whose holder comes from the ticket (`from: =ticket.commander`): what it held, where that is known. */
  holder?: string;
}

type Contacts = Pick<RoleDef, 'email' | 'phone' | 'page' | 'slack'>;
type People = Readonly<Record<string, RoleDef>>;
type Rotas = Readonly<Record<string, RotaDef>>;

interface Search {
  people: People;
  rotas: Rotas;
  channel: Channel;
  at: EpochMs;
  overrides: readonly OnCallOverride[];
  holder?: string;
}

/**
 * Everyone who holds `role` on `channel` at `at`, each address once: an override first (the last listed wins), then
 * the ticket's own holder, the rotation, the role's published address; groups are expanded; a role without anybody
 * goes to its `fallback`, and the whole search at last to the catch-all. An empty list means that nobody is reached.
 */
export function resolveRole(
  people: People,
  rotas: Rotas,
  role: string,
  channel: Channel,
  at: EpochMs,
  overrides: readonly OnCallOverride[],
  options: ResolveOptions = {},
): ResolvedRecipient[] {
  const { holder } = options;
  const search: Search = { people, rotas, channel, at, overrides, ...(holder === undefined ? {} : { holder }) };
  let found = follow(search, role, [`role:${role}`], new Set());
  if (found.length === 0 && options.catchAll !== undefined && options.catchAll !== role) {
    const via = [`role:${role}`, `catch_all:${options.catchAll}`];
    // The holder belongs to the role that was asked for, not to the catch-all.
    found = follow({ people, rotas, channel, at, overrides }, options.catchAll, via, new Set());
  }
  return unique(found);
}

function follow(search: Search, role: string, via: string[], visited: ReadonlySet<string>): ResolvedRecipient[] {
  if (visited.has(role)) return [];
  const seen = new Set(visited).add(role);
  const def = search.people[role];
  const stand = override(search, (one) => one.role === role);
  if (stand !== undefined) {
    const found = person(search, stand, def, [...via, `override:${role}`]);
    if (found !== undefined) return [found];
  }
  if (def === undefined) return [];
  const found = [...held(search, def, via, seen), ...members(search, def, via, seen)];
  if (found.length > 0 || def.fallback === undefined) return found;
  return follow(withoutHolder(search), def.fallback, [...via, `fallback:${def.fallback}`], seen);
}

/** The role's own holder: from the ticket, from its rotation, or its published address. */
function held(search: Search, def: RoleDef, via: string[], seen: ReadonlySet<string>): ResolvedRecipient[] {
  if (def.from !== undefined) {
    if (search.holder === undefined || search.holder === '') return published(search, def, via);
    return byHolder(search, search.holder, def, [...via, 'ticket'], seen);
  }
  if (def.rota === undefined) return published(search, def, via);
  const rota = search.rotas[def.rota];
  const stand = override(search, (one) => one.rota === def.rota);
  const replaced = stand && person(search, stand, def, [...via, `override:${def.rota}`]);
  if (replaced !== undefined) return [replaced];
  const onCall = rota && onDuty(rota, search.at);
  const found = onCall && person(search, onCall, def, [...via, `rota:${def.rota}`]);
  return found === undefined ? published(search, def, via) : [found];
}

function published(search: Search, def: RoleDef, via: string[]): ResolvedRecipient[] {
  const address = contact(search.channel, [def]);
  return address === undefined ? [] : [{ address, via, ...(def.title === undefined ? {} : { name: def.title }) }];
}

/** What a ticket says of its holder: a role, a person of a rotation, or an address. */
function byHolder(
  search: Search,
  holder: string,
  def: RoleDef,
  via: string[],
  seen: ReadonlySet<string>,
): ResolvedRecipient[] {
  if (search.people[holder] !== undefined)
    return follow(withoutHolder(search), holder, [...via, `role:${holder}`], seen);
  const known = knownPerson(search.rotas, holder);
  if (known !== undefined) {
    const found = person(search, known, def, via);
    if (found !== undefined) return [found];
  }
  const isMail = holder.includes('@') && !holder.startsWith('@');
  return isMail && (search.channel === 'email' || search.channel === 'page') ? [{ address: holder, via }] : [];
}

function members(search: Search, def: RoleDef, via: string[], seen: ReadonlySet<string>): ResolvedRecipient[] {
  const inner = withoutHolder(search);
  return (def.group ?? []).flatMap((member) => follow(inner, member, [...via, `group:${member}`], seen));
}

/** A person's own address on the channel, or else the role's: a team's page service pages whoever is on call. */
function person(
  search: Search,
  who: RotaPerson,
  def: RoleDef | undefined,
  via: string[],
): ResolvedRecipient | undefined {
  const own = { ...knownPerson(search.rotas, who.name), ...who };
  const address = contact(search.channel, def === undefined ? [own] : [own, def]);
  return address === undefined ? undefined : { name: who.name, person: who.name, address, via };
}

/** A page takes a page service, then a telephone, then mail; of each the person's own before the role's. */
function contact(channel: Channel, sources: readonly Contacts[]): string | undefined {
  const kinds: readonly (keyof Contacts)[] =
    channel === 'page' || channel === 'webhook'
      ? ['page', 'phone', 'email']
      : channel === 'slack'
        ? ['slack']
        : channel === 'email' || channel === 'broadcast'
          ? ['email']
          : ['email', 'slack', 'page', 'phone'];
  for (const kind of kinds) {
    for (const source of sources) {
      const address = source[kind];
      if (address !== undefined && address !== '') return address;
    }
  }
  return undefined;
}

function override(search: Search, applies: (one: OnCallOverride) => boolean): RotaPerson | undefined {
  return search.overrides.findLast((one) => applies(one) && one.from <= search.at && search.at < one.to)?.person;
}

function knownPerson(rotas: Rotas, name: string): RotaPerson | undefined {
  for (const rota of Object.values(rotas)) {
    const found = rota.people.find((one) => one.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function withoutHolder(search: Search): Search {
  const { holder: _holder, ...rest } = search;
  return rest;
}

function unique(found: readonly ResolvedRecipient[]): ResolvedRecipient[] {
  const byAddress = new Map<string, ResolvedRecipient>();
  for (const one of found) if (!byAddress.has(one.address)) byAddress.set(one.address, one);
  return [...byAddress.values()];
}
