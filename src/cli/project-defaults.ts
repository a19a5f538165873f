import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../local/paths';

/** What the project's package.json names: the pack new tickets run under, and an opening to try it with. */
interface ProjectDefaults {
  policy: string;
  example: string;
}

/** The project's defaults. */
export function projectDefaults(): ProjectDefaults {
  const manifest = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { tocsin: ProjectDefaults };
  return manifest.tocsin;
}
