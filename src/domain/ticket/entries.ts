/** Register entries: a support ticket of which `kinds.<name>.opened_when` holds has one of that kind, kept up to date. */
import { isUnknown } from '../policy/expr';
import type { CompiledPack, JsonObject, KindDef } from '../policy/types';
import { makeEnv, valueIn } from './env';
import { BUILT_IN_FIELDS } from './fields';
import { want } from './outreach';
import { kindOf } from './pack-index';
import { touches, type Happening, type Turn } from './turn';
import { SUPPORT } from './types';

/** The fields of the ticket that an entry of this kind can have itself. */
const shared = (pack: CompiledPack, kind: KindDef): string[] =>
  kind.fields.filter((name) => pack.fields[name] !== undefined || BUILT_IN_FIELDS[name] !== undefined);

/** Entries that this event makes due: the condition began to hold, or what the entry shows has changed. */
export function fileEntries(turn: Turn, happening: Happening): void {
  const { pack } = turn;
  if (kindOf(happening.after.ticket) !== SUPPORT) return;
  for (const kind of Object.values(pack.kinds)) {
    if (!kind.openedWhen) continue;
    const fields = shared(pack, kind);
    const reads = [...kind.openedWhen.reads, ...fields.map((name) => `ticket.${name}`)];
    if (happening.event.type !== 'opened' && !touches(reads, happening.changed)) continue;
    turn.as(kind.name, happening, () => fileEntry(turn, happening, kind, fields));
  }
}

function fileEntry(turn: Turn, happening: Happening, kind: KindDef, fields: readonly string[]): void {
  const scope = turn.scope(happening);
  if (!turn.holds(scope, kind.openedWhen)) return;
  const key = valueIn(makeEnv(scope), kind.key);
  if (isUnknown(key)) {
    turn.recordUnknown(key.missing, `kinds.${kind.name}.key`);
    return;
  }
  const { ticket } = scope.state;
  const shown: JsonObject = {};
  for (const name of fields) if (ticket[name] !== undefined) shown[name] = ticket[name];
  const subject = String(ticket['subject'] ?? kind.title);
  want(turn, { kind: kind.name, key: String(key), subject, fields: shown, link: 'entry' }, kind.clauses);
}
