/** Members of an audience: the configured list, and always the customer whose ticket it is. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { AudiencePort } from '../activities/delivery-ports';
import type { Recipient } from '../activities/ports';
import type { Database } from '../store/database';
import { memberReporters, reporterOf, type Reporter } from '../store/reporter';

const lists = z.record(z.string(), z.array(z.email()));

/** The list that nobody has to keep: whoever opened the tickets that are members of this one. */
export const MEMBERS_LIST = 'reporters_of_members';

const recipient = ({ name, email }: Reporter): Recipient => ({ address: email, ...(name ? { name } : {}) });

/**
 * `TOCSIN_AUDIENCES_FILE` names a JSON file `{ "status_page_subscribers": ["a@example.com", …] }`, read anew for every
 * broadcast, so that it can be kept by another system. {@link MEMBERS_LIST} is known by itself. Each address is written
 * to once.
 */
export function createAudiences(pool: Database, file: string | undefined): AudiencePort {
  return {
    async members(audience, delivery) {
      const known = file === undefined ? {} : lists.parse(JSON.parse(await readFile(file, 'utf8')));
      const listed = [...(known[delivery.to] ?? []), ...(known[audience] ?? [])].map((address) => ({ address }));
      const linked = delivery.to === MEMBERS_LIST ? await memberReporters(pool, delivery.ticket) : [];
      const reporter = await reporterOf(pool, delivery.ticket);
      const all: Recipient[] = [...(reporter ? [reporter] : []), ...linked].map(recipient);
      return [...new Map([...all, ...listed].map((one) => [one.address.toLowerCase(), one])).values()];
    },
  };
}
