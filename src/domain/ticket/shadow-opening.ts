/** What the tables decide at an opening: of the parts that are live for the ticket, of those in shadow for their copies. */
import type { Json, JsonObject } from '../policy/types';
import type { ShadowCopy, Standing } from '../policy/rollout-types';
import type { Scope } from './env';
import { initialFields } from './fields';
import { rolloutOf, withTags, NO_COPY } from './rollout';

/** What a new ticket holds before its first event. */
export interface Initial {
  fields: JsonObject;
  decided: JsonObject;
  clauses: string[];
  /** By the name of the rollout; absent where nothing is in shadow. */
  shadow?: Record<string, ShadowCopy>;
}

/** The fields of a new ticket, with the copies of what is in shadow. */
export function initialOf(scope: Scope, given: JsonObject, rollout: Readonly<Record<string, Standing>>): Initial {
  const sideOfName = (name: string): Standing['side'] =>
    rollout[rolloutOf(scope.pack, name)?.name ?? '']?.side ?? 'live';
  const real = initialFields(scope, given, (name) => sideOfName(name) === 'live');
  const shadow: Record<string, ShadowCopy> = {};
  for (const [name, { side }] of Object.entries(rollout)) {
    if (side !== 'shadow') continue;
    const decides = (owner: string): boolean =>
      sideOfName(owner) === 'live' || rolloutOf(scope.pack, owner)?.name === name;
    shadow[name] = copyOf(real.fields, initialFields(scope, given, decides).fields);
  }
  return { ...real, ...(Object.keys(shadow).length === 0 ? {} : { shadow }) };
}

function copyOf(real: JsonObject, thought: JsonObject): ShadowCopy {
  const { tags: on, ...fields } = thought;
  const differs = Object.entries(fields).filter(
    ([name, value]) => JSON.stringify(real[name] ?? null) !== JSON.stringify(value),
  );
  const listed = (tags: Json | undefined): Json[] => (Array.isArray(tags) ? tags : []);
  return withTags({ ...NO_COPY, fields: Object.fromEntries(differs) }, listed(real['tags']), listed(on));
}
