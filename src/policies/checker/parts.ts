/** Composition: what the parts and the composite may not do to each other, and what stands in for what. */
import { partConflicts } from '../compose/conflicts';
import { partOf } from '../schema/uses';
import type { Check } from './context';

/** The parts of a composed pack. */
export const parts: Check = (context) => {
  const { source, loaded, names } = context;
  for (const [alias, written] of Object.entries(source.uses ?? {})) {
    const { bind } = partOf(written);
    for (const [construct, kind, known] of [
      ['people', 'role', names.roles],
      ['calendars', 'calendar', names.calendars],
      ['queues', 'queue', names.queues],
    ] as const)
      for (const [name, other] of Object.entries(bind?.[construct] ?? {}))
        context.known(kind, other, known, ['uses', alias, 'bind', construct, name]);
    // `is.risk.flagged` would be read as `flagged` of the condition "risk".
    for (const set of ['conditions', 'commitments', 'tasks', 'paths', 'facts', 'flows', 'params', 'ticket'] as const)
      if (names[set].has(alias))
        context.error(
          'part-name',
          ['uses', alias],
          `"${alias}" is a name of this pack already: call the part otherwise`,
        );
  }
  if (!loaded.pack.parts) return;
  partConflicts(loaded.pack, (severity, path, message) =>
    severity === 'error'
      ? context.error('parts-contradict', path, message)
      : context.warn('parts-contradict', path, message),
  );
};
