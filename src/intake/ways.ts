/** Ways in: which one something came by, and the opening that follows from it. */
import { TocsinError } from '../domain/errors';
import type { CompiledPack, Json, JsonObject, WayInDef } from '../domain/policy/types';
import type { Opening } from '../domain/ticket/types';

export type Pack = Pick<CompiledPack, 'channels' | 'calendars' | 'intake' | 'fields' | 'id'>;

/** Whoever gets in touch, as far as they are known. */
export interface Customer {
  name: string;
  email: string;
  plan: string;
  [key: string]: Json;
}

/** The ways of a channel, in the pack's order. */
export const waysOf = (pack: Pack, channel: WayInDef['channel']): WayInDef[] =>
  Object.values(pack.intake).filter((way) => way.channel === channel);

/** A plan as the pack calls it, from however the outside writes it. */
export function planOf(way: WayInDef | undefined, ...said: unknown[]): string | undefined {
  for (const one of said) {
    if (typeof one !== 'string' || one.trim() === '') continue;
    const name = one.trim().toLowerCase();
    return way?.plans[name] ?? name;
  }
  return way?.unknownPlan;
}

/** An address that no mail can reach, for somebody of whom none is known (RFC 2606). */
export const unknownAddress = (id: string): string =>
  `${id.replace(/[^A-Za-z0-9._-]/g, '') || 'unknown'}@unknown.invalid`;

/** Whether an address is one that no mail can reach. */
export const isUnknownAddress = (email: string): boolean => email.endsWith('@unknown.invalid');

/** A subject from the first words of a message. */
export function subjectOf(text: string, otherwise: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return otherwise;
  return line.length <= 120 ? line : `${line.slice(0, 119).trimEnd()}…`;
}

export interface OpeningParts {
  channel: Opening['channel'];
  subject: string;
  body: string;
  customer: Customer;
  way?: WayInDef | undefined;
  externalId?: string;
  priority?: string;
  tags?: string[];
  /** Over those of the way. */
  fields?: JsonObject;
}

/** An opening: what the way says of its tickets, and what came along. Fields that the pack does not declare are left out. */
export function openingOf(pack: Pack, parts: OpeningParts): Opening {
  const { way, channel, subject, body, customer, externalId, priority, tags } = parts;
  const all = { ...way?.opens, ...parts.fields };
  const fields = Object.fromEntries(
    Object.entries(all).filter(([name, value]) => value !== null && pack.fields[name] !== undefined),
  );
  return {
    subject,
    body,
    channel,
    customer,
    ...(priority === undefined ? {} : { priority }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
  };
}

/** Values that came along, under the fields that keep them. */
export function keptFields(way: WayInDef | undefined, values: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [name, field] of Object.entries(way?.keeps ?? {})) {
    const value = values[name];
    if (value !== undefined && value !== null) kept[field] = value;
  }
  return kept;
}

/** A refusal of what came in: the field that is missing or wrong. */
export function refused(field: string, message: string): TocsinError {
  return new TocsinError('ESC_FIELD_REQUIRED', message, { field });
}
