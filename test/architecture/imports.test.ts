/** The import table holds, and both of its enforcers bite. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..', '..');
const source = join(root, 'src');

interface Room {
  may: string[];
  packages?: string;
}
const rooms: Record<string, Room> = (
  JSON.parse(
    execFileSync(
      process.execPath,
      ['-e', "import('./import-table.mjs').then((m) => console.log(JSON.stringify(m.IMPORT_TABLE)))"],
      { cwd: root },
    ).toString(),
  ) as { rooms: Record<string, Room> }
).rooms;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : [];
  });
}

/** Every module a text imports, static, dynamic and by require, as TypeScript's own scanner finds them. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

/** Arrows of one file that the table does not have. */
function violations(room: string, file: string, text: string): string[] {
  const found: string[] = [];
  for (const target of importsOf(text)) {
    if (target.startsWith('.')) {
      const other = relative(source, join(file, '..', target)).split('/')[0] ?? '';
      if (other in rooms && other !== room && !rooms[room]?.may.includes(other))
        found.push(`${relative(root, file)} imports src/${other}`);
    } else if (rooms[room]?.packages === 'none' || builtinModules.includes(target)) {
      if (rooms[room]?.packages === 'none') found.push(`${relative(root, file)} imports the package ${target}`);
    }
  }
  return found;
}

describe('the import table', () => {
  it('names every folder of src', () => {
    expect(
      readdirSync(source)
        .sort()
        .filter((name) => !(name in rooms)),
    ).toEqual([]);
  });

  it('has no arrow in the code that it does not list', () => {
    const all = Object.keys(rooms).flatMap((room) => {
      const folder = join(source, room);
      return statSync(folder, { throwIfNoEntry: false })
        ? files(folder).flatMap((file) => violations(room, file, readFileSync(file, 'utf8')))
        : [];
    });
    expect(all).toEqual([]);
  });

  it('is noticed by this test when the core imports a package or a shell', () => {
    const file = join(source, 'domain', 'ticket', 'x.ts');
    expect(violations('domain', file, "import { Pool } from 'pg';")).toHaveLength(1);
    expect(violations('domain', file, "import { x } from '../../store/x';")).toHaveLength(1);
    expect(violations('workflows', join(source, 'workflows', 'x.ts'), "import { x } from '../store/x';")).toHaveLength(
      1,
    );
    expect(violations('domain', file, "import { x } from '../time/x';")).toHaveLength(0);
  });

  it('is noticed by the linter as well', () => {
    const file = join(source, 'domain', 'ticket', 'architecture-probe.ts');
    writeFileSync(
      file,
      "import { Pool } from 'pg';\nexport const now = (): number => Date.now();\nexport const pool = Pool;\n",
    );
    try {
      const run = () =>
        execFileSync(
          process.execPath,
          [join(root, 'node_modules', 'eslint', 'bin', 'eslint.js'), '--format', 'json', file],
          { cwd: root, encoding: 'utf8' },
        );
      let output = '';
      try {
        output = run();
      } catch (error) {
        output = String((error as { stdout?: string }).stdout);
      }
      const rules = (JSON.parse(output) as { messages: { ruleId: string | null }[] }[]).flatMap((one) =>
        one.messages.map((message) => message.ruleId),
      );
      expect(rules).toContain('no-restricted-imports');
      expect(rules).toContain('no-restricted-globals');
    } finally {
      rmSync(file);
    }
  });
});

describe('the engine', () => {
  it('knows no pack by name', () => {
    const named = files(source).filter((file) =>
      /secureai|trust.?safety|contacts.escalation/i.test(readFileSync(file, 'utf8')),
    );
    expect(named.map((file) => relative(root, file))).toEqual([]);
  });

  it('has no file too long to be held at once', () => {
    const long = [source, join(root, 'test')]
      .flatMap(files)
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > 401);
    expect(long.map((file) => relative(root, file))).toEqual([]);
  });
});
