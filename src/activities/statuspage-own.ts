/**
 * Tocsin's own public status page: an update is a row that the page reads.
 */
import { DateTime } from 'luxon';
import type { Json, JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/ticket/types';
import type { StatusUpdate } from '../store/status-page';
import {
  isPermanent,
  PermanentDeliveryError,
  TransientDeliveryError,
  type ChannelPort,
  type OutgoingMessage,
} from './ports';

/** What the page needs of the store. Fails where PostgreSQL is away. */
export interface StatusPageStore {
  postUpdate(update: StatusUpdate): Promise<void>;
}

/** The adapter of the own page. A store that fails is a transient error; an update without a state is refused. */
export function createOwnStatusPage(store: StatusPageStore): ChannelPort {
  return {
    provider: 'status-page',
    async send(message, signal) {
      if (message.state === undefined || message.state === '') {
        throw new PermanentDeliveryError('a status page update needs a state');
      }
      if (signal.aborted) throw new TransientDeliveryError('status page: the call was given up');
      const due = nextUpdateDue(message.vars);
      try {
        await store.postUpdate({
          ...updateOf(message, message.state),
          ...(due === undefined ? {} : { nextUpdateDue: due }),
        });
      } catch (error) {
        if (isPermanent(error)) throw error;
        throw new TransientDeliveryError('status page: the store did not take the update', { cause: error });
      }
      return { provider: 'status-page', providerId: message.key, to: 'status page' };
    },
  };
}

function updateOf(message: OutgoingMessage, state: string): StatusUpdate {
  const { ticket, key, at, subject, text } = message;
  return { ticket, key, at, state, title: subject, text };
}

/**
 * When the next public update is due, from the effect's variables: `next_update_due`, or the earliest `next` of a
 * commitment among them, dotted (`commitment.p1_updates.next`) or nested. Epoch ms or RFC 3339.
 */
export function nextUpdateDue(vars: JsonObject): EpochMs | undefined {
  const said = instant(vars['next_update_due'] ?? vars['nextUpdateDue']);
  if (said !== undefined) return said;
  const found: EpochMs[] = [];
  const add = (value: Json | undefined) => {
    const at = instant(value);
    if (at !== undefined) found.push(at);
  };
  for (const [name, value] of Object.entries(vars)) if (/^commitment\.[^.]+\.next$/.test(name)) add(value);
  const commitments = vars['commitment'];
  if (isObject(commitments)) for (const one of Object.values(commitments)) if (isObject(one)) add(one['next']);
  return found.length === 0 ? undefined : Math.min(...found);
}

function instant(value: Json | undefined): EpochMs | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const parsed = DateTime.fromISO(value, { zone: 'utc' });
  return parsed.isValid ? parsed.toMillis() : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
