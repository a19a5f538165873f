/** Who a policy's name stands for on a channel. The core addresses roles; people are resolved at delivery. */
import { compileExpr, isUnknown } from '../policy/expr';
import type { CompiledPack, Json, RoleDef } from '../policy/types';
import { makeEnv, type Scope } from './env';
import type { Channel } from './types';

export interface Target {
  /** The policy's role, audience or field name. */
  role: string;
  to: string;
  channel: Channel;
  recipients?: Json;
  /** The role whose address was taken. */
  holder?: string;
  /** Roles tried before this one had a contact. */
  via: string[];
}

/** The built-in role of the person who asked for help. */
export const CUSTOMER = 'customer';
/** The built-in role of the system or the conversation that the ticket came from. */
export const ORIGIN = 'origin';

const CONTACT: Partial<Record<Channel, keyof RoleDef>> = { email: 'email', page: 'page', slack: 'slack' };

/** Role names with groups opened, each once, in order. */
export function membersOf(pack: CompiledPack, names: readonly string[], seen = new Set<string>()): string[] {
  const members: string[] = [];
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const group = pack.people[name]?.group;
    if (group) members.push(...membersOf(pack, group, seen));
    else members.push(name);
  }
  return members;
}

/** A value of the policy as a list of names: a text, a list, or unknown as an empty list. */
export function namesOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string');
  return [];
}

function contact(scope: Scope, role: RoleDef, channel: Channel): string | undefined {
  if (role.from) {
    const value = compileExpr(role.from.x)(makeEnv(scope));
    if (!isUnknown(value) && typeof value === 'string' && value !== '') return value;
    if (!isUnknown(value) && value !== null && typeof value === 'object' && !Array.isArray(value)) {
      const address = value[CONTACT[channel] ?? 'email'];
      if (typeof address === 'string') return address;
    }
    return undefined;
  }
  // What is shown on the console needs no address: it stands in the role's queue, or under its name.
  if (channel === 'console') return role.queue ?? role.name;
  const own = CONTACT[channel] === undefined ? undefined : role[CONTACT[channel]];
  if (typeof own === 'string') return own;
  // Whoever is on duty has an address of their own; it is looked up at the delivery.
  if (channel === 'page') return role.phone ?? role.rota;
  return channel === 'email' ? role.rota : undefined;
}

/** The role that holds another (`from: =table('manager_of_tier', ticket.tier)`), where what is computed names one. */
function heldByRole(scope: Scope, role: RoleDef): RoleDef | undefined {
  if (!role.from) return undefined;
  const value = compileExpr(role.from.x)(makeEnv(scope));
  return typeof value === 'string' ? scope.pack.people[value] : undefined;
}

/**
 * The address of a role on a channel; a role without one hands over to its fallback, and so on. Undefined when the chain
 * ends without a contact, or runs in a circle.
 */
export function contactOf(scope: Scope, name: string, channel: Channel): Target | undefined {
  if (name === CUSTOMER) {
    const email = scope.state.ticket.customer['email'];
    return typeof email === 'string' ? { role: name, to: email, channel: 'email', via: [] } : undefined;
  }
  if (name === ORIGIN) {
    const id = scope.state.ticket['external_id'];
    return typeof id === 'string' && channel === ORIGIN ? { role: name, to: id, channel, via: [] } : undefined;
  }
  const via: string[] = [];
  const passed = new Set<string>();
  let role = scope.pack.people[name];
  while (role && !passed.has(role.name)) {
    passed.add(role.name);
    if (role.list) return { role: name, to: role.list, channel: 'broadcast', via };
    const held = heldByRole(scope, role);
    if (held) {
      role = held;
      continue;
    }
    const to = contact(scope, role, channel);
    if (to !== undefined) return { role: name, to, channel, via, holder: role.name };
    via.push(role.name);
    role = role.fallback === undefined ? undefined : scope.pack.people[role.fallback];
  }
  return undefined;
}

/** Targets of a name over several channels: each channel it has; where it has none of them, any contact it has at all. */
export function targetsOf(scope: Scope, name: string, channels: readonly Channel[]): Target[] {
  const field = scope.pack.fields[name];
  if (field && !scope.pack.people[name]) {
    const recipients = scope.state.ticket[name];
    return recipients === undefined ? [] : [{ role: name, to: name, channel: 'broadcast', recipients, via: [] }];
  }
  const stand = standIns(scope.pack, name);
  if (stand)
    return uniqueTargets(
      stand.members.flatMap((member) =>
        targetsOf(scope, member, channels).map((target) => ({ ...target, via: [...stand.via, ...target.via] })),
      ),
    );
  const found = channels.map((channel) => contactOf(scope, name, channel));
  const own = found.filter((target): target is Target => target !== undefined && target.via.length === 0);
  if (own.length > 0) return uniqueTargets(own);
  const fallbacks = found.filter((target): target is Target => target !== undefined);
  if (fallbacks.length > 0) return uniqueTargets(fallbacks);
  for (const channel of ['email', 'page', 'slack'] as const) {
    const target = contactOf(scope, name, channel);
    if (target) return [target];
  }
  return [];
}

/** The group that stands in for a role without a contact of its own, where its fallback, or the fallback of that, is one. */
function standIns(pack: CompiledPack, name: string): { members: string[]; via: string[] } | undefined {
  const via: string[] = [];
  let role = pack.people[name];
  while (role && !via.includes(role.name)) {
    if (role.group) return via.length === 0 ? undefined : { members: membersOf(pack, role.group), via };
    if (role.from || role.list || [role.email, role.page, role.slack, role.phone, role.rota].some(Boolean))
      return undefined;
    via.push(role.name);
    role = role.fallback === undefined ? undefined : pack.people[role.fallback];
  }
  return undefined;
}

function uniqueTargets(targets: Target[]): Target[] {
  const seen = new Set<string>();
  return targets.filter((target) => {
    const key = `${target.channel} ${target.to}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
