/** Checklists: every item can be done, by somebody or by the system, and what it names is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { valueAtPlace } from '../../domain/policy/checklists';
import type { Check } from './context';

/** Every checklist of the pack. */
export const checklists: Check = (context) => {
  const { loaded, source, names } = context;
  for (const [name, list] of Object.entries(source.checklists)) {
    for (const [item, one] of Object.entries(list.items)) {
      const at = ['checklists', name, 'items', item];
      const proofs = one.pack.length + one.scenarios.length + one.seen.length;
      if (one.by !== undefined) context.known('role', one.by, names.roles, [...at, 'by']);
      if (one.by === undefined && proofs === 0)
        context.error(
          'checklist-item',
          at,
          `nothing proves "${one.title}": name pack, scenarios or seen, or who ticks it`,
        );
      if (one.by !== undefined && proofs > 0)
        context.error('checklist-item', at, `"${one.title}" is ticked by a person: it has no pack, scenarios or seen`);
      for (const [i, proof] of one.pack.entries()) {
        const place = typeof proof === 'string' ? proof : proof.at;
        if (valueAtPlace(loaded.pack, place) === undefined)
          context.warn('checklist-open', [...at, 'pack', i], `the pack has no ${place}: "${one.title}" stays open`);
      }
      for (const [i, scenario] of one.scenarios.entries())
        if (!existsSync(join(loaded.dir, 'scenarios', `${scenario}.yaml`)))
          context.error('unknown-name', [...at, 'scenarios', i], `there is no scenario "${scenario}"`);
    }
  }
};
