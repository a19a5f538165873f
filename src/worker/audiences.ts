/** Members of an audience: the configured list, and always the customer whose ticket it is. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AudiencePort } from '../activities/delivery-ports';
import type { Recipient } from '../activities/ports';
import type { Database } from '../store/database';
import { reporterOf } from '../store/reporter';

const lists = z.record(z.string(), z.array(z.email()));

/**
 * `TOCSIN_AUDIENCES_FILE` names a JSON file `{ "status_page_subscribers": ["a@example.com", …] }`, read anew for every
 * broadcast, so that it can be kept by another system. Each address is written to once.
 */
export function createAudiences(pool: Database, file: string | undefined): AudiencePort {
  return {
    async members(audience, delivery) {
      const known = file === undefined ? {} : lists.parse(JSON.parse(await readFile(file, 'utf8')));
      const listed = [...(known[delivery.to] ?? []), ...(known[audience] ?? [])].map((address): Recipient => ({
        address,
      }));
      const reporter = await reporterOf(pool, delivery.ticket);
      const all: Recipient[] = reporter
        ? [{ address: reporter.email, ...(reporter.name ? { name: reporter.name } : {}) }, ...listed]
        : listed;
      return [...new Map(all.map((one) => [one.address.toLowerCase(), one])).values()];
    },
  };
}
