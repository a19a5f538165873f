import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { languageReference } from '../../src/policies/language-docs';
import { EVENTS } from '../../src/policies/checker/events';

const PAGE = join(__dirname, '../../docs/policy-language.md');

test('docs/policy-language.md is what the schemas say (npm run docs writes it)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(languageReference());
});

test('the page lists every event', () => {
  const page = languageReference();
  for (const name of Object.keys(EVENTS)) expect(page).toContain(`| \`${name}\` |`);
});

test('every event that the engine emits is one a pattern can name, and the other way round', () => {
  const folder = join(__dirname, '../../src/domain/ticket');
  const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'types.ts' && name !== 'describe.ts')
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const emitted = new Set<string>();
  for (const [, name = ''] of source.matchAll(/emit(?:Status)?\((?:turn, order, |\{[^}]*?type: )'([a-z_]+)'/g))
    emitted.add(name);
  expect([...emitted].filter((name) => !Object.hasOwn(EVENTS, name))).toEqual([]);
  // Flows and schedules are not run yet: their events are names of the language already.
  const later = new Set(['entered', 'schedule']);
  const unheard = Object.keys(EVENTS).filter((name) => !later.has(name) && !source.includes(`'${name}'`));
  expect(unheard).toEqual([]);
  expect(emitted.size).toBeGreaterThan(25);
});
