/** Clause ids: in the catalogue's full form, and of a procedure that the pack implements. */
import type { Check, CheckContext } from './context';
import { clauseIdsOf } from './walk';

/** `SEC-ESC-052`, `TS-023`: procedure and number. */
export const FULL_CLAUSE_ID = /^[A-Z][A-Z0-9]*(?:-[A-Z][A-Z0-9]*)*-\d{1,4}$/;

/** What is wrong with a clause id, or undefined. */
export function clauseIdFault(context: Pick<CheckContext, 'source'>, id: string): string | undefined {
  const { procedures } = context.source;
  const number = /\d{3}$/.exec(id)?.[0];
  const procedure = number === undefined ? '' : id.slice(0, -number.length - 1);
  if (procedures.includes(procedure) && id === `${procedure}-${number}`) return undefined;
  const short = procedures.find((one) => one.endsWith(`-${procedure}`) || one === procedure);
  if (short !== undefined && number !== undefined) return `the full form of the clause "${id}" is ${short}-${number}`;
  if (procedures.length > 0)
    return `"${id}" is no clause of ${procedures.join(' or ')}; the full form is ${procedures[0]}-001`;
  return FULL_CLAUSE_ID.test(id) ? undefined : `"${id}" is not the full form of a clause id, such as SEC-ESC-052`;
}

/** Every clause id of the pack and of its templates. */
export const clauseIds: Check = (context) => {
  const heads = Object.fromEntries(context.templates.map((one) => [one.name, { clauses: one.clauses }]));
  const all = [...clauseIdsOf(context.source), ...clauseIdsOf(heads, ['templates'])];
  for (const { id, at } of all) {
    const message = clauseIdFault(context, id);
    if (message !== undefined) context.error('clause-id', at, message);
  }
};
