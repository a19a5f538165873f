/** Rules that contradict each other: two that set one field on one event, and one that sets what a table decides. */
import type { Pattern } from '../../domain/policy/types';
import { listOf, patternsOf } from '../compiler';
import type { Check } from './context';

interface Setter {
  rule: string;
  on: Pattern[];
  delayed: boolean;
  kind: string[];
  at: (string | number)[];
}

const overlap = (a: Pattern, b: Pattern): boolean =>
  a.name === b.name && (a.subject === undefined || b.subject === undefined || a.subject === b.subject);
const said = (pattern: Pattern): string =>
  pattern.subject === undefined ? pattern.name : `${pattern.name}(${pattern.subject})`;

/** Two rules that set the same field on the same event; a rule that sets the field of a table. */
export const conflicts: Check = (context) => {
  const setters = new Map<string, Setter[]>();
  for (const [rule, def] of Object.entries(context.source.rules)) {
    for (const [i, action] of def.do.entries()) {
      for (const verb of ['set', 'assign'] as const) {
        for (const field of Object.keys(action[verb] ?? {})) {
          const at = ['rules', rule, 'do', i, verb, field];
          const list = setters.get(field) ?? [];
          list.push({ rule, on: patternsOf(def.on), delayed: def.after !== undefined, kind: listOf(def.kind), at });
          setters.set(field, list);
        }
      }
    }
  }
  for (const [field, list] of setters) {
    for (const [i, later] of list.entries()) {
      for (const earlier of list.slice(0, i)) {
        if (earlier.rule === later.rule || earlier.delayed || later.delayed) continue;
        if (!earlier.kind.some((kind) => later.kind.includes(kind))) continue;
        const shared = later.on.find((pattern) => earlier.on.some((one) => overlap(one, pattern)));
        if (shared)
          context.error(
            'set-twice',
            later.at,
            `the rules ${earlier.rule} and ${later.rule} both set "${field}" on ${said(shared)}: make them rows of one table`,
          );
      }
    }
    // A table that decides only for a while leaves its field to rules afterwards.
    const table = Object.entries(context.source.tables).find(
      ([, one]) => one.sets === field && one.while === undefined,
    )?.[0];
    const first = list[0];
    if (table !== undefined && first)
      context.warn(
        'table-and-rule',
        first.at,
        `the table "${table}" decides "${field}" too, and again whenever what it reads changes`,
      );
  }
};
