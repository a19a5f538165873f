/**
 * The one catalogue of errors. `docs/errors.md` is generated from it and a test holds the two equal.
 * `status` is the HTTP status, `retryable` whether the same request may succeed later.
 */
import type { JsonObject } from './policy/types';
import type { Rejection } from './ticket/types';

interface ErrorEntry {
  status: number;
  retryable: boolean;
  /** When it is given, and the way out. */
  meaning: string;
}

export const ERRORS = {
  ESC_FIELD_REQUIRED: {
    status: 422,
    retryable: false,
    meaning: 'A field that the command or the opening needs is missing. Give it.',
  },
  ESC_FIELD_INVALID: {
    status: 422,
    retryable: false,
    meaning: 'A field has a value that its type or list does not allow.',
  },
  ESC_FIELD_UNKNOWN: { status: 422, retryable: false, meaning: 'The pack declares no field of that name.' },
  ESC_COMMAND_UNKNOWN: { status: 404, retryable: false, meaning: 'No command of that name exists.' },
  ESC_GUARD_REFUSED: {
    status: 409,
    retryable: false,
    meaning: 'A guard of the procedure refuses the command; the message names each failing rule.',
  },
  ESC_STATUS_FORBIDS: {
    status: 409,
    retryable: false,
    meaning: 'The command does not apply to a ticket in this status.',
  },
  ESC_TICKET_CLOSED: {
    status: 409,
    retryable: false,
    meaning: 'The ticket is closed or merged. Reopen it, or open a linked ticket.',
  },
  ESC_TICKET_ARCHIVED: {
    status: 410,
    retryable: false,
    meaning: 'The ticket has ended and is archived. Open a linked ticket.',
  },
  ESC_TICKET_NOT_FOUND: { status: 404, retryable: false, meaning: 'There is no ticket of that id or number.' },
  ESC_TASK_NOT_OPEN: { status: 409, retryable: false, meaning: 'No open task of that name waits for an answer.' },
  ESC_PATH_UNKNOWN: { status: 422, retryable: false, meaning: 'The pack has no such escalation path or level.' },
  ESC_PATH_TOP: { status: 409, retryable: false, meaning: 'The ticket already stands on the last level of that path.' },
  ESC_REASON_UNKNOWN: {
    status: 409,
    retryable: false,
    meaning: 'The pack declares no such reason for the move; the details list those it has.',
  },
  ESC_REASON_REFUSED: {
    status: 409,
    retryable: false,
    meaning: 'The procedure does not accept this reason; the details say what to do in its place.',
  },
  ESC_NOTHING_TO_ACKNOWLEDGE: {
    status: 409,
    retryable: false,
    meaning: 'No escalation path waits for an acknowledgement.',
  },
  ESC_NOT_PERMITTED: { status: 403, retryable: false, meaning: 'The key or the person has no right to do this.' },
  ESC_UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    meaning: 'No valid API key was given (Authorization: Bearer …).',
  },
  ESC_IDEMPOTENCY_CONFLICT: {
    status: 409,
    retryable: false,
    meaning: 'The idempotency key was used before with another request.',
  },
  ESC_STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'PostgreSQL cannot be reached. Repeat the same request later.',
  },
  ESC_ENGINE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'Temporal cannot be reached. Repeat the same request later.',
  },
  ESC_OUTCOME_UNKNOWN: {
    status: 503,
    retryable: true,
    meaning: 'No worker answered in time. Repeat with the same command id; it is applied once.',
  },
  ESC_RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: 'Too many requests for this key. Wait as Retry-After says.',
  },
  ESC_BODY_TOO_LARGE: { status: 413, retryable: false, meaning: 'The request body is over the limit.' },
  ESC_REQUEST_INVALID: { status: 400, retryable: false, meaning: 'The request does not have the documented form.' },
  ESC_NOT_FOUND: { status: 404, retryable: false, meaning: 'There is nothing at that address.' },
  ESC_PACK_UNKNOWN: { status: 422, retryable: false, meaning: 'No published pack of that name or hash.' },
  ESC_PACK_INVALID: {
    status: 422,
    retryable: false,
    meaning: 'The policy pack has errors; each is listed with file, line and column.',
  },
  ESC_ROLLOUT_REFUSED: {
    status: 409,
    retryable: false,
    meaning:
      'Something speaks against this share of a rollout; the message says what. Wait, or set it with force and a reason.',
  },
  ESC_VERSION_UNAPPROVED: {
    status: 409,
    retryable: false,
    meaning: 'The version waits for the approval of roles that it names; the message says of which.',
  },
  ESC_METRIC_UNKNOWN: { status: 404, retryable: false, meaning: 'The pack has no metric of that name.' },
  ESC_REPORT_UNKNOWN: {
    status: 404,
    retryable: false,
    meaning: 'The pack has no report of that name, or none was made for that period.',
  },
  ESC_SCENARIO_INVALID: {
    status: 422,
    retryable: false,
    meaning: 'The scenario file does not have the documented form.',
  },
  ESC_INSTANT_INVALID: { status: 422, retryable: false, meaning: 'An instant is not RFC 3339 with an offset.' },
  ESC_CALENDAR_INVALID: {
    status: 422,
    retryable: false,
    meaning: 'A calendar has no open hours, or a field that cannot be read.',
  },
  ESC_URL_REFUSED: {
    status: 422,
    retryable: false,
    meaning: 'An outgoing address is not allowed by the configuration.',
  },
  ESC_PROVIDER_REFUSED: { status: 502, retryable: false, meaning: 'The provider refused the delivery for good.' },
  ESC_PROVIDER_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'The provider did not take the delivery; it is tried again.',
  },
  ESC_TEMPLATE_FAILED: { status: 500, retryable: false, meaning: 'A template could not be rendered.' },
  ESC_ENGINE_FAULT: {
    status: 500,
    retryable: false,
    meaning: 'A defect in Tocsin; the item was parked and the catch-all paged.',
  },
  ESC_INTERNAL: { status: 500, retryable: true, meaning: 'Something unexpected. The request id finds it in the log.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal from the catalogue. `message` names the offending value and the remedy. */
export function rejection(code: ErrorCode, message: string, details: JsonObject = {}): Rejection {
  return { code, message, details };
}

/** An error of the catalogue for the shells, where something must be thrown. Compare `code`, not the class. */
export class TocsinError extends Error {
  override readonly name = 'TocsinError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: JsonObject = {},
  ) {
    super(message);
  }
}
