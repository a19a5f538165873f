/** The clause matrix as a page: `docs/clauses-<pack>.md`. */
import type { ClauseRow } from './clauses';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** Where nothing runs by itself the note says what carries a clause: a checklist item, a record, a report, … */
function carriedBy(row: ClauseRow): string {
  return [code(row.rules), row.note].filter((part) => part !== '').join('. ');
}

/** A test's title without the ids of clauses. */
const plain = (title: string): string => title.replace(/\s*\[[^\]]*\]/g, '').trim();

function provedBy(row: ClauseRow): string {
  const scenarios = row.scenarios.map((file) => file.replace(/^scenarios\//, '').replace(/\.ya?ml$/, ''));
  return [code(scenarios), row.tests.map((title) => `“${plain(title)}”`).join(', ')]
    .filter((part) => part !== '')
    .join('; ');
}

/** The page of a pack's clauses, in Markdown. */
export function clausesPage(pack: { id: string; title?: string | undefined }, rows: readonly ClauseRow[]): string {
  const proved = rows.filter((row) => row.scenarios.length + row.tests.length > 0).length;
  return [
    `# Clauses of ${pack.title ?? pack.id}`,
    '',
    `Made by \`tocsin policy clauses ${pack.id} --write\`; a test holds it to the pack. ${rows.length} clauses, ${proved} of them proved by a`,
    'scenario beside the pack (its name is given) or by a test (its title is). What is taken away and noticed is told by',
    `\`tocsin policy prove ${pack.id}\`.`,
    '',
    '| Clause | Kind | Carried by | Proved by |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.id} | ${row.kind} | ${cell(carriedBy(row))} | ${cell(provedBy(row))} |`),
    '',
  ].join('\n');
}
