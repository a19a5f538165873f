/**
 * To whom a delivery goes, and whether a customer reads it.
 */
import type { Delivery } from '../domain/ticket/types';
import { withDeadline } from './deadline';
import { recipientsOf, type DeliverDeps, type PeoplePort } from './delivery-ports';
import { resolveRole, type OnCallOverride } from '../oncall/resolve';
import type { Recipient } from './ports';

export type PackPeople = Awaited<ReturnType<PeoplePort['pack']>>;

/** A recipient with the person the receipt names. */
export interface Target extends Recipient {
  person?: string;
}

/** Whether it is a page: it goes out whatever else is broken, and is never dropped. */
export function isPage(delivery: Delivery): boolean {
  return delivery.channel === 'page' || delivery.verb === 'page';
}

/** Whether a customer or the public reads it: then it waits for the ledger, and for a person where its text fails. */
export function isCustomerFacing(delivery: Delivery, pack: PackPeople | undefined): boolean {
  if (isPage(delivery) || delivery.verb === 'draft') return false;
  if (['status_page', 'broadcast', 'origin'].includes(delivery.channel)) return true;
  const names = recipientsOf(delivery.recipients).map((one) => one.address);
  return [delivery.role, ...names].some((one) => isCustomerRole(one, pack) || isAudienceName(one, pack, delivery.role));
}

/**
 * The pack and the recipients. For a page the look-ups have a deadline, and without a pack the address in the effect
 * is used: whoever was published there is better than nobody.
 */
export async function findTargets(
  deps: DeliverDeps,
  delivery: Delivery,
  pack: PackPeople | undefined,
  lookupMs: number,
): Promise<Target[]> {
  const { channel } = delivery;
  const direct = delivery.to === '' ? [] : [{ address: delivery.to }];
  if (channel === 'status_page') return [{ address: delivery.to === '' ? 'status page' : delivery.to }];
  if (channel === 'ticket' || channel === 'origin') return direct;
  if (delivery.verb === 'draft') return draftTargets(deps, delivery, pack, lookupMs);
  if (channel === 'broadcast' || delivery.recipients !== undefined || isAudience(delivery.role, pack)) {
    return listed(deps, delivery, pack, lookupMs);
  }
  if (delivery.role === 'customer') return direct;
  const found = pack === undefined ? [] : await resolve(deps, delivery, delivery.role, pack, lookupMs);
  if (found.length > 0) return found;
  // A recorded line needs no address: the console shows the role.
  if (channel === 'console') return direct.length > 0 ? direct : [{ address: delivery.role }];
  return pack?.people[delivery.role] === undefined ? direct : [];
}

/** Who gets a copy of a mail: addresses as they are, roles by who holds them now. A copy that reaches nobody is left out. */
export async function findCopies(
  deps: DeliverDeps,
  delivery: Delivery,
  pack: PackPeople | undefined,
  lookupMs: number,
): Promise<Recipient[]> {
  if (delivery.channel !== 'email' || delivery.verb === 'draft') return [];
  const found: Target[] = [];
  for (const name of delivery.cc ?? []) {
    if (name.includes('@')) found.push({ address: name });
    else if (pack !== undefined) found.push(...(await resolve(deps, { ...delivery, to: '' }, name, pack, lookupMs)));
  }
  return unique(found).map(({ name, address }) => (name === undefined ? { address } : { name, address }));
}

/** A draft goes to the person who is to send it, and never to the customer it is about. */
async function draftTargets(
  deps: DeliverDeps,
  delivery: Delivery,
  pack: PackPeople | undefined,
  lookupMs: number,
): Promise<Target[]> {
  const role = [delivery.draftFor, delivery.role].find((one) => one !== undefined && !isCustomerRole(one, pack));
  if (role === undefined || pack === undefined) return [];
  const found = await resolve(deps, delivery, role, pack, lookupMs);
  return found.length === 0 && delivery.channel === 'console' ? [{ address: role }] : found;
}

async function resolve(
  deps: DeliverDeps,
  delivery: Delivery,
  role: string,
  pack: PackPeople,
  lookupMs: number,
): Promise<Target[]> {
  let overrides: readonly OnCallOverride[] = [];
  try {
    overrides = await withDeadline(lookupMs, 'on-call overrides', () => deps.overrides.at(delivery.at));
  } catch (error) {
    deps.log.warn('on-call overrides are not available: the rotation decides', {
      key: delivery.key,
      error: said(error),
    });
  }
  // A draft's `to` is the customer's: never a holder of a role.
  const holder = delivery.verb === 'draft' || delivery.to === '' ? {} : { holder: delivery.to };
  return resolveRole(pack.people, pack.rotas, role, delivery.channel, delivery.at, overrides, {
    catchAll: pack.catchAll,
    ...holder,
  });
}

/** Everyone an effect lists: addresses as they are, roles by who holds them, an audience by its members now. */
async function listed(
  deps: DeliverDeps,
  delivery: Delivery,
  pack: PackPeople | undefined,
  lookupMs: number,
): Promise<Target[]> {
  const entries = recipientsOf(delivery.recipients);
  if (entries.length === 0) return membersOf(deps, delivery, delivery.role);
  const found: Target[] = [];
  for (const entry of entries) {
    const { address } = entry;
    if (isAudience(address, pack) || isAudienceName(address, pack)) {
      found.push(...(await membersOf(deps, delivery, address)));
    } else if (pack?.people[address] !== undefined) {
      found.push(...(await resolve(deps, { ...delivery, to: '' }, address, pack, lookupMs)));
    } else found.push(entry);
  }
  return unique(found);
}

async function membersOf(deps: DeliverDeps, delivery: Delivery, audience: string): Promise<Target[]> {
  return deps.audience === undefined ? [] : unique(await deps.audience.members(audience, delivery));
}

function isCustomerRole(role: string, pack: PackPeople | undefined): boolean {
  return role === 'customer' || isAudience(role, pack);
}

function isAudience(role: string, pack: PackPeople | undefined): boolean {
  return pack?.people[role]?.list !== undefined;
}

/** A listed name that is neither an address nor a role can only be an audience. */
function isAudienceName(name: string, pack: PackPeople | undefined, role?: string): boolean {
  return name !== role && /^[a-z][a-z0-9_]*$/i.test(name) && pack !== undefined && pack.people[name] === undefined;
}

function unique(found: readonly Target[]): Target[] {
  return [...new Map(found.map((one) => [one.address.toLowerCase(), one])).values()];
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
