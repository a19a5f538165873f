/** Every failure of a request becomes one problem document; what is unexpected is logged and named only by its request id. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, TocsinError, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { PROBLEM_TYPE, problemOf, RETRY_AFTER_S, type FieldFault } from './problem';

/** A fault as fastify-type-provider-zod hands it on. */
interface ZodFault {
  keyword?: string;
  instancePath?: string;
  message?: string;
  params?: { keys?: string[] };
}
interface Failure {
  code?: unknown;
  message?: unknown;
  details?: unknown;
  statusCode?: unknown;
  validation?: ZodFault[];
  validationContext?: string;
}

/** Sends an error as a problem document. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = classify(error);
  const instance = request.url.split('?')[0] ?? '/';
  const problem = problemOf({ ...known, instance, requestId: request.id });
  if (problem.status >= 500)
    request.log[problem.code === 'ESC_INTERNAL' ? 'error' : 'warn'](
      { err: error, code: problem.code },
      'request failed',
    );
  const wait = RETRY_AFTER_S[problem.code];
  if (wait !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', String(wait));
  if (problem.code === 'ESC_UNAUTHENTICATED' && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', 'Bearer realm="tocsin"');
  // Sent as text: the documents of an operation's own schema must not be asked about a failure.
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** Installs the handlers of errors and of addresses where there is nothing. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, error));
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    sendProblem(
      request,
      reply,
      new TocsinError('ESC_NOT_FOUND', `there is no ${request.method} ${request.url.split('?')[0]}`),
    ),
  );
}

interface Known {
  code: ErrorCode;
  message?: string;
  details?: JsonObject;
  errors?: FieldFault[];
}

function classify(error: unknown): Known {
  const failure = (typeof error === 'object' && error !== null ? error : {}) as Failure;
  // By code, not by class: an error may come from another realm (style.md §3.4).
  if (typeof failure.code === 'string' && Object.hasOwn(ERRORS, failure.code)) {
    const details =
      typeof failure.details === 'object' && failure.details !== null ? (failure.details as JsonObject) : {};
    return { code: failure.code as ErrorCode, message: String(failure.message ?? ''), details };
  }
  if (failure.validation) return invalid(failure);
  if (failure.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'ESC_BODY_TOO_LARGE' };
  const status = typeof failure.statusCode === 'number' ? failure.statusCode : 500;
  if (status === 413) return { code: 'ESC_BODY_TOO_LARGE' };
  if (status >= 400 && status < 500) return { code: 'ESC_REQUEST_INVALID', message: String(failure.message ?? '') };
  return { code: 'ESC_INTERNAL' };
}

/** A request that does not have the documented form: each field, and the rule that it breaks. */
function invalid(failure: Failure): Known {
  const where = failure.validationContext ?? 'body';
  const errors = (failure.validation ?? []).flatMap((fault): FieldFault[] => {
    const path = (fault.instancePath ?? '').split('/').filter((part) => part !== '');
    const rule = fault.message ?? 'is not valid';
    const unknown = fault.keyword === 'unrecognized_keys' ? (fault.params?.keys ?? []) : [];
    if (unknown.length > 0)
      return unknown.map((name) => ({ field: [...path, name].join('.'), rule: 'is not a known field' }));
    return [{ field: path.length > 0 ? path.join('.') : where, rule }];
  });
  const said = errors.map(({ field, rule }) => `${field}: ${rule}`).join('; ');
  return { code: 'ESC_REQUEST_INVALID', message: `${where} does not have the documented form: ${said}`, errors };
}
