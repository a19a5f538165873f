/** Words for what a part of the pack in shadow would have done. */
import { WHOLE } from '../policy/rollout-types';
import type { JsonObject } from '../policy/types';
import type { Reading } from './describe';
import { readable } from './readable';

const due = (r: Reading): string => (r.when('due') === '' ? '' : `, due ${r.when('due')}`);

/** What a part in shadow would have done, by action. */
const WITHHELD: Record<string, (r: Reading) => string> = {
  set: (r) => `set ${readable(r.one('a field', 'field'))} to ${r.one('nothing', 'to')}`,
  tag: (r) => `tagged ${r.one('it', 'tag')}`,
  untag: (r) => `removed the tag ${r.one('of it', 'tag')}`,
  note: (r) => `noted ${r.one('something', 'template', 'text')}`,
  assign: (r) => `assigned it to ${r.one('a team', 'owner', 'queue', 'tier')}`,
  task: (r) => `opened the task ${readable(r.one('of its own', 'task'))}${r.with(' for ', 'for')}`,
  commitment: (r) => `promised ${readable(r.one('something', 'commitment'))}${due(r)}`,
  refuse: (r) => `refused ${r.one('the command', 'command')}${r.quoted('say')}`,
  escalate: (r) => `escalated ${r.one('', 'path')}${r.with(' to ', 'to')}`,
  command: (r) => `given the command ${r.one('', 'command')}`,
  open_ticket: (r) => `had a ticket opened: ${readable(r.one('of another kind', 'kind'))}${r.with(' ', 'key')}`,
  tell: (r) => `told ${r.one('another ticket', 'to')}: ${readable(r.one('something', 'event'))}`,
  unreached: (r) => `found nobody to tell for ${r.one('a role', 'role')}`,
};

/** What would have been done, after "In shadow:". */
export function withheldWords(r: Reading): string {
  const verb = r.event.subject ?? '';
  const words = Object.hasOwn(WITHHELD, verb) ? WITHHELD[verb] : undefined;
  if (words) return `would have ${words(r)}`;
  if (r.data['channel'] === undefined) return `would have done: ${readable(verb)}`;
  const message = verb === 'draft' ? 'prepared' : verb === 'page' ? 'paged' : 'sent';
  return `would have ${message} ${r.one('a message', 'template')} to ${r.one('somebody', 'role', 'to')} (${r.one('', 'channel')})`;
}

/** A ticket that the pack does not act on says so from its first line. */
export function apart(r: Reading): string {
  const standings = r.data['rollout'];
  if (standings === null || typeof standings !== 'object' || Array.isArray(standings)) return '';
  const sides = Object.entries(standings ?? {}).map(([name, one]) => ({
    name,
    side: String((one as JsonObject)['side']),
  }));
  const said = sides.filter(({ side }) => side !== 'live');
  return said
    .map(
      ({ name, side }) =>
        `; ${name === WHOLE ? '' : `${readable(name)} `}${side === 'off' ? 'switched off' : 'in shadow'}`,
    )
    .join('');
}
