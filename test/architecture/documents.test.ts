/** Documents that must say what the code says. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../../src/domain/errors';
import { COMMANDS } from '../../src/domain/ticket/types';

const root = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('documents', () => {
  it('lists every error code of the catalogue with its status, and no other', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `(ESC_\w+)` \| (\d+) \| (yes|no) \| (.+) \|$/gm)].map(
      ([, code, status, retry, meaning]) => [code, Number(status), retry === 'yes', meaning],
    );
    expect(rows).toEqual(
      Object.entries(ERRORS).map(([code, entry]) => [code, entry.status, entry.retryable, entry.meaning]),
    );
  });

  it('uses only codes of the catalogue in the sources', () => {
    const walk = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory()
          ? walk(join(folder, entry.name))
          : entry.name.endsWith('.ts')
            ? [join(folder, entry.name)]
            : [],
      );
    const used = new Set(
      walk(join(root, 'src')).flatMap((file) => readFileSync(file, 'utf8').match(/ESC_[A-Z_]+[A-Z]/g) ?? []),
    );
    expect([...used].filter((code) => !(code in ERRORS))).toEqual([]);
  });

  it('explains every command in the glossary', () => {
    const glossary = read('docs/glossary.md');
    expect(COMMANDS.filter((command) => !glossary.includes(`\`${command}\``))).toEqual([]);
  });

  it('links only to files that are there', () => {
    const pages = [
      'README.md',
      ...readdirSync(join(root, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ];
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map((match) => join(page, '..', match[1] ?? ''))
        .filter((target) => !existsSync(join(root, target))),
    );
    expect(dead).toEqual([]);
  });

  it('names no registry host', () => {
    const hosts = ['registry', 'npmjs', 'org'];
    const pattern = new RegExp(`${hosts[0]}\\.${hosts[1]}\\.${hosts[2]}`);
    expect(
      ['package.json', 'package-lock.json', 'README.md', 'docker-compose.yml'].filter((file) =>
        pattern.test(read(file)),
      ),
    ).toEqual([]);
  });
});
