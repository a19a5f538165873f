/** Drafts in words: what a task's form begins with, and what a refusal offers. The core names template and values; here they become text. */
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { renderTemplate, variablesOf, type TemplateSource } from '../policies/templates';
import type { TicketView } from '../workflows/messages';

/** The templates of a ticket's pack, and the zone in which its texts show times. */
export interface Texts {
  templates: Record<string, TemplateSource>;
  zone: string;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A draft as a person reads it: what is not known yet stands in brackets. Where that makes no text either, its template is named. */
function draftOf({ templates, zone }: Texts, template: string, vars: JsonObject): JsonObject {
  const source = Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (!source) return { template };
  const write = (values: JsonObject): JsonObject => {
    const { subject, text } = renderTemplate(template, source, values, zone);
    return { template, subject, text };
  };
  return failing(() => write(vars)) ?? failing(() => write(withGaps(source, vars))) ?? { template };
}

/** What a rendering gives, undefined where the template cannot be written with these values. */
function failing<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'ESC_TEMPLATE_FAILED') return undefined;
    throw error;
  }
}

/** The values, with `[name]` for each that the template reads and nobody has given. */
function withGaps(source: TemplateSource, vars: JsonObject): JsonObject {
  const filled = structuredClone(vars);
  for (const dotted of variablesOf(source)) {
    const parts = dotted.split('.');
    const last = parts.pop() ?? dotted;
    let node: JsonObject | undefined = filled;
    for (const part of parts) {
      const inner: Json | undefined = node?.[part];
      if (isObject(inner)) node = inner;
      else if (node && (inner === undefined || inner === null)) node = node[part] = {};
      else node = undefined;
    }
    if (node && (node[last] === undefined || node[last] === null)) node[last] = `[${dotted}]`;
  }
  return filled;
}

/** Whether a view has a draft to be written. */
export const hasDrafts = (view: TicketView): boolean => view.tasks.some((task) => isObject(task['draft']));

/** The view with its drafts in words. */
export function withDrafts(view: TicketView, texts: Texts): TicketView {
  const tasks = view.tasks.map((task): JsonObject => {
    const { draft } = task;
    if (!isObject(draft) || typeof draft['template'] !== 'string') return task;
    return { ...task, draft: draftOf(texts, draft['template'], isObject(draft['vars']) ? draft['vars'] : {}) };
  });
  return { ...view, tasks };
}

/** An offer with its draft in words; what is offered in words already stays. */
function offerOf(texts: Texts, offer: JsonObject): JsonObject {
  const { draft, vars } = offer;
  return typeof draft === 'string' ? draftOf(texts, draft, isObject(vars) ? vars : {}) : offer;
}

const withOffer = (texts: Texts, refusal: JsonObject): JsonObject =>
  isObject(refusal['offer']) ? { ...refusal, offer: offerOf(texts, refusal['offer']) } : refusal;

/** Whether the refusal of a command offers anything: by a guard, or by a reason. */
export const hasOffer = (error: unknown): error is TocsinError => {
  const details = detailsOf(error);
  return (
    details !== undefined && (isObject(details['offer']) || guardsOf(details).some((one) => isObject(one['offer'])))
  );
};

/** The refusal with what it offers in words. */
export function withOffers(error: TocsinError, texts: Texts): TocsinError {
  const details = withOffer(texts, detailsOf(error) ?? {});
  const guards = guardsOf(details);
  return new TocsinError(error.code, error.message, {
    ...details,
    ...(guards.length === 0 ? {} : { guards: guards.map((one) => withOffer(texts, one)) }),
  });
}

// By its members, not by class: an error may come from another realm (style.md §3.4).
const detailsOf = (error: unknown): JsonObject | undefined => {
  const details = (error as { details?: Json } | undefined)?.details;
  return isObject(details) ? details : undefined;
};
const guardsOf = (details: JsonObject): JsonObject[] =>
  Array.isArray(details['guards']) ? details['guards'].filter((one): one is JsonObject => isObject(one)) : [];
