/** Who is on call over a span: whole shifts, cut where somebody stands in; and the spans in which nobody is. */
import type { CompiledPack, RotaDef } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import type { OnCallOverride } from './resolve';
import { beginningOf, endOf, handoverInstant, onDuty, weekAt, type RotaPerson } from './rotation';

/** One person's duty, from `from` (included) to `to` (excluded). Without a person nobody is on call. */
export interface Shift {
  rota: string;
  from: EpochMs;
  to: EpochMs;
  person?: RotaPerson;
  /** Somebody stands in. */
  override: boolean;
}

/** A span in which nobody is on call, or in which whoever is cannot be reached. */
export interface Gap {
  /** The rotation, or the role that nobody holds. */
  rota?: string;
  role?: string;
  from: EpochMs;
  to: EpochMs;
  reason: GapReason;
  /** Who cannot be reached. */
  person?: string;
}
/**
 * `not_started`, `ended`: outside the rotation. `override_ended`: from the end of a stand-in on nobody is planned.
 * `no_contact`: the person has no address, and no role that takes its holder from the rotation has one either.
 * `nobody`: a role without a holder.
 */
export type GapReason = 'not_started' | 'ended' | 'override_ended' | 'no_contact' | 'nobody';

type People = Pick<CompiledPack, 'people' | 'rotas'>;

/**
 * The shifts of a rotation in a span, cut to it, without holes: a part in which nobody is planned is a shift without a
 * person. Of several stand-ins in force the last recorded counts.
 */
export function shiftsOf(rota: RotaDef, overrides: readonly OnCallOverride[], from: EpochMs, to: EpochMs): Shift[] {
  if (from >= to) return [];
  const own = overrides.filter((one) => one.rota === rota.name && one.from < to && one.to > from);
  const shifts: Shift[] = [];
  const cuts = [...cutsOf(rota, own, from, to), to];
  for (const [i, start] of cuts.slice(0, -1).entries()) {
    const stand = own.findLast((one) => one.from <= start && start < one.to)?.person;
    const planned = start >= beginningOf(rota) ? onDuty(rota, start) : undefined;
    const person = stand ?? planned;
    const shift: Shift = {
      rota: rota.name,
      from: start,
      to: cuts[i + 1] ?? to,
      override: stand !== undefined,
      ...(person === undefined ? {} : { person }),
    };
    const last = shifts.at(-1);
    // A cut that changes nobody is none, except the hand-over from a person to himself.
    const same = last?.person?.name === shift.person?.name && last?.override === shift.override;
    if (last && same && (person === undefined || !isHandover(rota, start))) last.to = shift.to;
    else shifts.push(shift);
  }
  return shifts;
}

function cutsOf(rota: RotaDef, own: readonly OnCallOverride[], from: EpochMs, to: EpochMs): EpochMs[] {
  const cuts = new Set<EpochMs>([from]);
  const add = (at: EpochMs | undefined): void => {
    if (at !== undefined && at > from && at < to) cuts.add(at);
  };
  for (const one of own) [one.from, one.to].forEach(add);
  [beginningOf(rota), endOf(rota)].forEach(add);
  for (let week = weekAt(rota, from) + 1; handoverInstant(rota, week) < to; week++) add(handoverInstant(rota, week));
  return [...cuts].sort((a, b) => a - b);
}

const isHandover = (rota: RotaDef, at: EpochMs): boolean => handoverInstant(rota, weekAt(rota, at)) === at;

/** Everything between `from` and `to` that would page nobody: rotations first, then roles that nobody holds. */
export function gapsOf(pack: People, overrides: readonly OnCallOverride[], from: EpochMs, to: EpochMs): Gap[] {
  return [
    ...Object.values(pack.rotas).flatMap((rota) => gapsOfRota(pack, rota, overrides, from, to)),
    ...Object.keys(pack.people)
      .filter((role) => !held(pack, role, new Set()) && !overrides.some((one) => one.role === role && one.to >= to))
      .map((role): Gap => ({ role, from, to, reason: 'nobody' })),
  ];
}

function gapsOfRota(
  pack: People,
  rota: RotaDef,
  overrides: readonly OnCallOverride[],
  from: EpochMs,
  to: EpochMs,
): Gap[] {
  const reached = Object.values(pack.people).some((role) => role.rota === rota.name && hasContact(role));
  return shiftsOf(rota, overrides, from, to).flatMap(({ person, ...shift }): Gap[] => {
    const span = { rota: rota.name, from: shift.from, to: shift.to };
    if (person === undefined) {
      const stoodIn = overrides.some((one) => one.rota === rota.name && one.to === shift.from);
      const before = shift.from < beginningOf(rota);
      return [{ ...span, reason: stoodIn ? 'override_ended' : before ? 'not_started' : 'ended' }];
    }
    const known = rota.people.find((one) => one.name === person.name);
    if (reached || hasContact(person) || (known && hasContact(known))) return [];
    return [{ ...span, reason: 'no_contact', person: person.name }];
  });
}

interface Contacts {
  email?: string;
  phone?: string;
  page?: string;
  slack?: string;
}
const hasContact = ({ email, phone, page, slack }: Contacts): boolean =>
  [email, phone, page, slack].some((one) => one !== undefined && one !== '');

/** Whether anybody can be reached under a role. Whom a ticket names is known only then. */
function held(pack: People, name: string, seen: ReadonlySet<string>): boolean {
  const role = pack.people[name];
  if (!role || seen.has(name)) return false;
  const next = new Set([...seen, name]);
  if (hasContact(role) || role.list !== undefined || role.rota !== undefined || role.from !== undefined) return true;
  if (role.group?.some((one) => held(pack, one, next))) return true;
  return role.fallback !== undefined && held(pack, role.fallback, next);
}
