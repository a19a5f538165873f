/** Where a page of tickets ended, opaque to whoever reads it. */
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';

/** What a page ended with. */
export interface PageEnd {
  openedAt: EpochMs | null;
  id: string;
}

/** A cursor for what comes after. */
export const cursorOf = ({ openedAt, id }: PageEnd): string =>
  Buffer.from(JSON.stringify([openedAt ?? 0, id])).toString('base64url');

/** Errors: ESC_REQUEST_INVALID for a cursor that no page gave. */
export function pageAfter(cursor: string): { openedAt: EpochMs; id: string } {
  try {
    const [openedAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (typeof openedAt === 'number' && Number.isSafeInteger(openedAt) && typeof id === 'string' && !id.includes('\0'))
      return { openedAt, id };
  } catch {
    // Said below.
  }
  throw new TocsinError('ESC_REQUEST_INVALID', 'the cursor is not one that a page of this list gave', {
    field: 'cursor',
  });
}
