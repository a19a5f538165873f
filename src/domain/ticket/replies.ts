/** The words of a reply: written out, or a canned response by its name, its template or its shortcut. */
import { rejection } from '../errors';
import type { JsonObject, ReplyDef } from '../policy/types';
import { required, textField, textOf, type Order } from './orders';
import type { Turn } from './turn';
import type { Rejection } from './types';

type Words = { data: JsonObject; clauses: string[] } | { rejection: Rejection };

/** The text or the template of a reply. Errors: ESC_FIELD_REQUIRED for neither, ESC_FIELD_INVALID for a response that is not offered. */
export function wordsOf(turn: Turn, order: Order): Words {
  const text = textField(order, 'text', 'body', 'message');
  const wanted = textOf(order.fields['template']);
  const typed = text?.trim();
  const canned = Object.values(turn.pack.replies).find((one) =>
    wanted === undefined
      ? one.shortcut !== undefined && one.shortcut === typed
      : [one.name, one.template].includes(wanted),
  );
  if (wanted !== undefined && !canned) {
    const known = Object.keys(turn.pack.replies).join(', ') || 'none';
    const message = `there is no canned response "${wanted}"; the pack has ${known}`;
    return { rejection: rejection('ESC_FIELD_INVALID', message, { field: 'template', template: wanted }) };
  }
  if (canned) return offered(turn, order, canned, canned.shortcut === typed ? undefined : text);
  return text === undefined ? { rejection: required(order, 'text') } : { data: { text }, clauses: [] };
}

function offered(turn: Turn, order: Order, canned: ReplyDef, text: string | undefined): Words {
  const event = { type: 'agent_reply', at: turn.at, by: order.by, data: order.fields };
  if (!turn.holds({ pack: turn.pack, state: turn.state, event }, canned.when)) {
    const message = `the canned response "${canned.name}" is not offered on this ticket`;
    return { rejection: rejection('ESC_FIELD_INVALID', message, { field: 'template', template: canned.name }) };
  }
  return { data: { template: canned.template, ...(text === undefined ? {} : { text }) }, clauses: canned.clauses };
}
