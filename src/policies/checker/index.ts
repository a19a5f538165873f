/** The checker: what would fail at 03:00 is found before a pack runs. */
import type { LoadedPack, Problem } from '../load';
import { partOf } from '../schema/uses';
import { assistants } from './assistants';
import { checklists } from './checklists';
import { circles } from './circles';
import { clauseIds } from './clause-ids';
import { conflicts } from './conflicts';
import { CheckContext, type Check } from './context';
import { events } from './events';
import { expressions } from './expressions';
import { parts } from './parts';
import { paths } from './paths';
import { people } from './people';
import { references } from './references';
import { templates } from './templates';
import { voices } from './voices';

export interface CheckOptions {
  /** The pack is about to run for real: contacts that the organisation had to fill in are errors, not warnings. */
  production?: boolean;
}

const CHECKS: readonly Check[] = [
  expressions,
  references,
  events,
  people,
  paths,
  circles,
  conflicts,
  templates,
  clauseIds,
  assistants,
  parts,
  voices,
  checklists,
];

/** What is wrong with the parts by themselves; of a role, calendar or queue that is bound to another only the other counts. */
function ofParts(loaded: LoadedPack, options: CheckOptions): Problem[] {
  return Object.entries(loaded.parts).flatMap(([alias, part]) => {
    const written = loaded.source.uses?.[alias];
    const bind = written === undefined ? undefined : partOf(written).bind;
    const moot = new Set(
      (['people', 'calendars', 'queues'] as const).flatMap((construct) =>
        Object.keys(bind?.[construct] ?? {}).map((name) => `${construct}.${name}`),
      ),
    );
    return checkPack(part, options).filter(({ path }) => !moot.has(path.split('.').slice(0, 2).join('.')));
  });
}

/**
 * Everything wrong with a pack: what loading found, then what the checks find; by file, line and column. Where the source
 * does not have the form of the language, only what loading found. Never throws.
 */
export function checkPack(loaded: LoadedPack, options: CheckOptions = {}): Problem[] {
  const context = new CheckContext(loaded, options.production === true);
  if (loaded.readable) for (const check of CHECKS) check(context);
  const all = [...loaded.problems, ...context.problems, ...ofParts(loaded, options)];
  const unique = new Map(all.map((one) => [`${one.file}:${one.line}:${one.column} ${one.rule} ${one.message}`, one]));
  return [...unique.values()].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
