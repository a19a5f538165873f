/** RFC 9457 problem documents, built from the catalogue of errors. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';

export const PROBLEM_TYPE = 'application/problem+json';

/** One fault of a request: where, and which rule it breaks. */
export interface FieldFault {
  field: string;
  rule: string;
}

export const problemSchema = z
  .object({
    type: z.string().describe('urn:tocsin:error: and the code'),
    title: z.string().describe('What the code means, the same for every occurrence'),
    status: z.number().int(),
    detail: z.string().describe('What happened here, with the offending value and the remedy'),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    instance: z.string().describe('The path of the request'),
    requestId: z.string().describe('Finds the request in the log; also the header x-request-id'),
    retryable: z.boolean().describe('Whether the same request may succeed later'),
    errors: z.array(z.object({ field: z.string(), rule: z.string() })).optional(),
    commandId: z.string().optional().describe('With ESC_OUTCOME_UNKNOWN: repeat with this id'),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem', description: 'An RFC 9457 problem document' });

export type Problem = z.infer<typeof problemSchema>;

/** What a problem document is made of. `details` may hold `field` or `errors`, which move to the document's own members. */
export interface ProblemSource {
  code: ErrorCode;
  message?: string;
  details?: JsonObject;
  errors?: FieldFault[];
  instance: string;
  requestId: string;
}

/** Seconds after which a repeat makes sense, by code; the limiter knows its own. */
export const RETRY_AFTER_S: Partial<Record<ErrorCode, number>> = {
  ESC_OUTCOME_UNKNOWN: 1,
  ESC_STORE_UNAVAILABLE: 2,
  ESC_ENGINE_UNAVAILABLE: 2,
  ESC_PROVIDER_UNAVAILABLE: 5,
  ESC_RATE_LIMITED: 1,
};

/** Codes whose own words are safe and useful although the status is 5xx; of the others only the catalogue's are shown. */
const SPEAKS: ReadonlySet<ErrorCode> = new Set(['ESC_OUTCOME_UNKNOWN', 'ESC_PROVIDER_REFUSED']);

/** The document of one error. What a defect says of itself (5xx) stays in the log. */
export function problemOf({ code, message, details = {}, errors = [], instance, requestId }: ProblemSource): Problem {
  const { status, retryable, meaning } = ERRORS[code];
  const open = status < 500 || SPEAKS.has(code);
  const { field, commandId, ...rest } = details;
  const detail = open && message !== undefined && message !== '' ? message : meaning;
  const faults = typeof field === 'string' && errors.length === 0 && open ? [{ field, rule: detail }] : errors;
  return {
    type: `urn:tocsin:error:${code}`,
    title: firstSentence(meaning),
    status,
    detail,
    code,
    instance,
    requestId,
    retryable,
    ...(faults.length === 0 ? {} : { errors: faults }),
    ...(typeof commandId === 'string' ? { commandId } : {}),
    ...(open && Object.keys(rest).length > 0 ? { details: rest } : {}),
  };
}

/** The problem responses of an operation for OpenAPI, one a status, naming its codes. */
export function problemResponses(codes: readonly ErrorCode[]): Record<number, object> {
  const byStatus = new Map<number, Set<ErrorCode>>();
  for (const code of codes)
    byStatus.set(ERRORS[code].status, (byStatus.get(ERRORS[code].status) ?? new Set()).add(code));
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      status,
      { description: [...names].join(', '), content: { [PROBLEM_TYPE]: { schema: problemSchema } } },
    ]),
  );
}

function firstSentence(text: string): string {
  const end = text.search(/[.;]/);
  return end === -1 ? text : text.slice(0, end);
}
