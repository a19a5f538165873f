/** What the organisation knows of a customer's account: a port, and an adapter over a JSON file. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';

/** Whose account: as the identity provider names them. */
export interface AccountHolder {
  id: string;
  email: string;
}

/** Facts of an account: `profile`, `usage`, `billing`, each a map. Absent where nobody knows. Errors: ESC_PROVIDER_UNAVAILABLE. */
export interface AccountPort {
  facts(holder: AccountHolder): Promise<JsonObject | undefined>;
}

const file = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Accounts in a JSON file: `{ "<user id or address>": { profile, usage, billing } }`. Read again at each question. */
export function fileAccounts(path: string): AccountPort {
  return {
    async facts({ id, email }) {
      const unavailable = (why: string): TocsinError =>
        new TocsinError('ESC_PROVIDER_UNAVAILABLE', `the file of accounts ${why}`);
      const text = await readFile(path, 'utf8').catch(() => {
        throw unavailable('cannot be read');
      });
      let accounts: Record<string, Record<string, unknown>>;
      try {
        accounts = file.parse(JSON.parse(text));
      } catch {
        throw unavailable('does not have the documented form');
      }
      const key = [id, email.toLowerCase()].find((one) => one !== '' && Object.hasOwn(accounts, one));
      return key === undefined ? undefined : (accounts[key] as JsonObject);
    },
  };
}

/** Nobody knows anything. */
export const noAccounts: AccountPort = { facts: async () => undefined };

/** The value at a dotted name of an account. */
export function factAt(facts: JsonObject | undefined, dotted: string): Json | undefined {
  let value: Json | undefined = facts;
  for (const key of dotted.split('.'))
    value =
      value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
  return value;
}
