/** Whether everyone a procedure names can be reached: contacts, fallbacks, groups, rotations. */
import { gapsOf } from '../../oncall/shifts';
import type { PackSource } from '../schema/pack';
import type { Check, CheckContext } from './context';

type Role = PackSource['people'][string];

const CONTACTS = ['email', 'phone', 'page', 'slack'] as const;
const hasContact = (role: Role): boolean => CONTACTS.some((key) => role[key] !== undefined) || role.list !== undefined;

/** Roles, contacts, fallbacks and rotations. */
export const people: Check = (context) => {
  for (const [name, role] of Object.entries(context.source.people)) {
    held(context, name, role);
    contacts(context, role, ['people', name]);
    otherWay(context, role, ['people', name]);
    if (role.must_configure && !hasContact(role))
      context.beforeProduction(
        'must-configure',
        ['people', name],
        `the role "${name}" has no contact yet: the procedure leaves it to the organisation`,
      );
  }
  fallbackCircles(context);
  organisation(context);
  rotas(context);
};

/** Two ways to one role of which the organisation has not said yet which is right. */
function otherWay(context: CheckContext, role: Role, at: (string | number)[]): void {
  const main = role.point_of === undefined ? undefined : context.source.people[role.point_of];
  if (!role.unconfirmed || !main) return;
  for (const key of CONTACTS) {
    if (role[key] !== undefined && main[key] !== undefined && role[key] !== main[key])
      context.warn(
        'contact-differs',
        [...at, key],
        `"${role[key]}" and "${main[key]}" both stand for "${role.point_of}"; confirm one of them`,
      );
  }
}

/** A role nobody holds: no contact of its own, and no fallback that has one. */
function held(context: CheckContext, name: string, role: Role): void {
  const at = ['people', name];
  const state = holderOf(context.source, name, new Set());
  if (state === 'held' || state === 'circle') return;
  if (state === 'perhaps') {
    context.warn(
      'role-nobody-holds',
      at,
      `nobody holds the role "${name}" while ${role.from ?? 'it'} has no value; give it a fallback`,
    );
  } else if (role.must_configure) return;
  else if (role.group) context.error('role-nobody-holds', at, `nobody of the group "${name}" can be reached`);
  else
    context.error(
      'role-nobody-holds',
      at,
      `nobody holds the role "${name}": it has no contact, and no fallback that has one`,
    );
}

type Held = 'held' | 'perhaps' | 'nobody' | 'circle';

function holderOf(source: PackSource, name: string, seen: ReadonlySet<string>): Held {
  const role = source.people[name];
  if (seen.has(name)) return 'circle';
  if (name === 'customer') return 'held';
  if (!role) return 'nobody';
  const next = new Set([...seen, name]);
  if (role.group) {
    const members = role.group.map((member) => holderOf(source, member, next));
    if (members.some((one) => one === 'held' || one === 'circle')) return 'held';
    return members.includes('perhaps') ? 'perhaps' : 'nobody';
  }
  if (hasContact(role) || (role.rota !== undefined && source.rotas[role.rota] !== undefined)) return 'held';
  const fallback = role.fallback === undefined ? 'nobody' : holderOf(source, role.fallback, next);
  return fallback === 'nobody' && role.from !== undefined ? 'perhaps' : fallback;
}

const PLACEHOLDER = /X{3,}|\[[^\]]+\]|<[^>]+>|\b(?:TBD|TODO|changeme|must-configure|placeholder)\b/i;

/** What is shown of a holder beside its contacts. */
const SHOWN = ['title', 'name', 'note'] as const;

/** Contacts that were never filled in, and telephone numbers whose letters say another number than their digits. */
function contacts(
  context: CheckContext,
  holder: {
    email?: string | undefined;
    phone?: string | undefined;
    page?: string | undefined;
    slack?: string | undefined;
    title?: string | undefined;
    name?: string | undefined;
    note?: string | undefined;
  },
  at: (string | number)[],
): void {
  for (const key of [...CONTACTS, ...SHOWN]) {
    const value = holder[key];
    if (value === undefined) continue;
    if (PLACEHOLDER.test(value))
      context.beforeProduction('placeholder', [...at, key], `"${value}" is a placeholder: nobody is reached by it`);
  }
  if (holder.phone === undefined) return;
  const said = vanityDisagreement(holder.phone);
  if (said !== undefined)
    context.warn(
      'vanity-number',
      [...at, 'phone'],
      `the letters of "${holder.phone}" spell ${said.letters}, its digits say ${said.digits}`,
    );
}

const KEYPAD = ['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];
const digitOf = (sign: string): string => {
  const key = KEYPAD.findIndex((letters) => letters.includes(sign));
  return sign !== '' && key >= 2 ? String(key) : sign;
};

/** `1-800-SECURE-1 (1-800-732-8731)`: what the letters spell and what the digits say, where the two differ. */
export function vanityDisagreement(phone: string): { letters: string; digits: string } | undefined {
  const match = /^(.*?[A-Z]{3}.*?)\s*[([]([^)\]]+)[)\]]\s*$/.exec(phone.toUpperCase());
  const [, spelled, plain] = match ?? [];
  if (spelled === undefined || plain === undefined || /X{3,}/.test(spelled) || /[A-Z]/.test(plain)) return undefined;
  const bare = (text: string): string => [...text].map(digitOf).join('').replace(/\D/g, '');
  const letters = bare(spelled);
  const digits = bare(plain);
  // Either may leave out the code in front; letters beyond the length of a number do not count.
  return letters.includes(digits) || digits.includes(letters) ? undefined : { letters, digits };
}

function fallbackCircles(context: CheckContext): void {
  const { people: all } = context.source;
  const told = new Set<string>();
  for (const start of Object.keys(all)) {
    const way = [start];
    for (let next = all[start]?.fallback; next !== undefined && all[next]; next = all[next]?.fallback) {
      if (next === start && !told.has(start)) {
        for (const name of way) told.add(name);
        context.error(
          'fallback-circle',
          ['people', start, 'fallback'],
          `fallbacks run in a circle: ${[...way, start].join(' → ')}`,
        );
      }
      if (way.includes(next)) break;
      way.push(next);
    }
    if (inItself(context.source, start, start, new Set()))
      context.error('fallback-circle', ['people', start, 'group'], `the group "${start}" contains itself`);
  }
}

function inItself(source: PackSource, start: string, name: string, seen: Set<string>): boolean {
  return (source.people[name]?.group ?? []).some((member) => {
    if (member === start) return true;
    if (seen.has(member)) return false;
    seen.add(member);
    return inItself(source, start, member, seen);
  });
}

/** Nobody stands above himself. */
function organisation(context: CheckContext): void {
  const { people: all } = context.source;
  for (const start of Object.keys(all)) {
    const way = [start];
    for (let next = all[start]?.reports_to; next !== undefined && !way.includes(next); next = all[next]?.reports_to)
      way.push(next);
    const top = all[way.at(-1) ?? start]?.reports_to;
    if (top === start)
      context.error('reports-in-a-circle', ['people', start, 'reports_to'], `${[...way, start].join(' → ')}`);
  }
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Weeks in which a rotation has nobody, or somebody who cannot be reached. */
function rotas(context: CheckContext): void {
  const { source } = context;
  for (const [name, rota] of Object.entries(source.rotas)) {
    const at = ['rotas', name];
    const start = new Date(`${rota.start}T00:00:00Z`);
    if (!/^\d{4}-\d{2}-\d{2}$/.test(rota.start) || Number.isNaN(start.getTime()))
      context.error('rota-gap', [...at, 'start'], `"${rota.start}" is no date YYYY-MM-DD`);
    else if (rota.start > source.version.from)
      context.error(
        'rota-gap',
        [...at, 'start'],
        `nobody is on call from ${source.version.from}, when the pack applies, until ${rota.start}`,
      );
    else if (DAYS[start.getUTCDay()] !== rota.handover.day)
      context.warn(
        'rota-start',
        [...at, 'start'],
        `${rota.start} is a ${DAYS[start.getUTCDay()]}, the handover is on ${rota.handover.day}`,
      );
    planned(context, name, at);
    if (!isZone(rota.zone)) context.error('rota-gap', [...at, 'zone'], `there is no time zone "${rota.zone}"`);
    const users = Object.entries(source.people).filter(([, role]) => role.rota === name);
    if (users.length === 0) context.warn('rota-unused', at, `no role takes its holder from the rotation "${name}"`);
    for (const [i, person] of rota.people.entries()) {
      const place = [...at, 'people', i];
      contacts(context, person, place);
      const reached = person.email ?? person.phone ?? person.page;
      if (reached === undefined && !users.some(([, role]) => hasContact(role)))
        context.error('rota-gap', place, `${person.name} has no contact: nobody is reached in that week of "${name}"`);
    }
  }
}

/** How far the check looks: a quarter of a year from the day the pack applies. */
const AHEAD_MS = 92 * 86_400_000;

/** Spans after the beginning of a rotation in which nobody is planned. */
function planned(context: CheckContext, name: string, at: (string | number)[]): void {
  const { source, loaded } = context;
  const rota = loaded.pack.rotas[name];
  const from = Date.parse(`${source.version.from}T00:00:00Z`);
  if (rota?.until === undefined || !isZone(rota.zone) || Number.isNaN(from)) return;
  for (const gap of gapsOf({ people: {}, rotas: { [name]: rota } }, [], from, from + AHEAD_MS)) {
    if (gap.reason === 'ended')
      context.error('rota-gap', [...at, 'until'], `nobody is on call from ${rota.until} on, and the pack applies then`);
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
