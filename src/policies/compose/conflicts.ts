/** What several packs on one ticket must not do to each other: decide one field at the same rank. */
import type { CompiledPack, Pattern, RuleDef } from '../../domain/policy/types';
import type { SourcePath } from '../compiler';

/** What says something of a field: a pack's table, or a rule of it on an event. */
interface Owner {
  /** The prefix of the part; empty for the composite's own. */
  part: string;
  name: string;
}

type Say = (severity: 'error' | 'warning', path: SourcePath, message: string) => void;

/** The prefix of a name: a pack's own names have no dot. */
const partOf = (name: string): string => (name.includes('.') ? (name.split('.')[0] ?? '') : '');
const said = ({ name, subject }: Pattern): string => (subject === undefined ? name : `${name}(${subject})`);
const overlap = (a: Pattern, b: Pattern): boolean =>
  a.name === b.name && (a.subject === undefined || b.subject === undefined || a.subject === b.subject);
/** Where it can be mended: the composite's own, or else the part that came later. */
function place(construct: 'tables' | 'rules', ...owners: Owner[]): SourcePath {
  const own = owners.find(({ part }) => part === '');
  return own ? [construct, own.name] : ['uses', owners[0]?.part ?? ''];
}

function* setsOf(rule: RuleDef): Generator<string> {
  for (const action of rule.do) {
    if (action.do === 'set') yield* Object.keys(action.fields);
    if (action.do === 'assign') yield* Object.keys(action.assign);
  }
}

/** Fields that two packs decide: by tables, or by rules on one event. A rule beside another pack's table is a warning. */
export function partConflicts(pack: CompiledPack, say: Say): void {
  const tables = new Map<string, Owner>();
  for (const table of Object.values(pack.tables)) {
    if (table.sets === undefined) continue;
    const mine = { part: partOf(table.name), name: table.name };
    const other = tables.get(table.sets);
    if (other && other.part !== mine.part)
      say(
        'error',
        place('tables', mine, other),
        `the tables ${other.name} and ${mine.name} both decide "${table.sets}": two packs may not; keep the field of one of them "apart"`,
      );
    else tables.set(table.sets, mine);
  }
  const rules = new Map<string, (Owner & { rule: RuleDef })[]>();
  for (const rule of Object.values(pack.rules)) {
    if (rule.clock) continue;
    const mine = { part: partOf(rule.name), name: rule.name, rule };
    for (const field of new Set(setsOf(rule))) {
      const table = tables.get(field);
      if (table && table.part !== mine.part && mine.part !== '')
        say(
          'warning',
          place('rules', mine),
          `the table ${table.name} decides "${field}" too, which the rule ${rule.name} sets, and again whenever what it reads changes`,
        );
      const before = rules.get(field) ?? [];
      for (const other of before) {
        if (other.part === mine.part || !rule.kind.some((kind) => other.rule.kind.includes(kind))) continue;
        const shared = rule.on.find((pattern) => other.rule.on.some((one) => overlap(one, pattern)));
        if (shared)
          say(
            'error',
            place('rules', mine, other),
            `the rules ${other.name} and ${rule.name} both set "${field}" on ${said(shared)}, and neither sees what the other sets: two packs may not`,
          );
      }
      rules.set(field, [...before, mine]);
    }
  }
}
