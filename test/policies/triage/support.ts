import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTriage } from '../../../src/triage/load';
import { readLabelled } from '../../../src/triage/messages';
import type { Labelled } from '../../../src/triage/evaluate';

export const PACK = join(__dirname, '../../../policies/trust-safety');
export const DATA = join(__dirname, '../../data/triage');

/** The pack's classifier, read once for a file of tests. */
export const theTriage = loadTriage(PACK);

export const labelledIn = (name: string): Labelled[] =>
  readFileSync(join(DATA, `${name}.ndjson`), 'utf8')
    .trim()
    .split('\n')
    .map(readLabelled);
