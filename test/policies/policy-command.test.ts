import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { policyCommand, resolvePackDir } from '../../src/cli/policy';
import { previewCommand } from '../../src/cli/preview';
import { languageReference } from '../../src/policies/language-docs';
import { HEAD, packFolder, removePacks } from './support/pack-folder';

afterAll(removePacks);

/** Run `tocsin policy …` in this process. */
async function policy(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const said = { out: '', err: '' };
  const program = new Command('tocsin').exitOverride();
  const io = {
    stdin: process.stdin,
    out: (text: string) => void (said.out += `${text}\n`),
    err: (text: string) => void (said.err += `${text}\n`),
  };
  previewCommand(policyCommand(program, io), io);
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(['node', 'tocsin', 'policy', ...args]);
    return { ...said, code: Number(process.exitCode) };
  } finally {
    process.exitCode = before;
  }
}

const GOOD = `${HEAD}catch_all: boss
people: { boss: { email: boss@x.test, page: boss } }
rules:
  welcome: { on: opened, clauses: [SEC-ESC-001], do: [{ send: { to: customer, template: hello } }] }
`;
const good = (): string =>
  packFolder({
    'pack.yaml': GOOD,
    'templates/hello.liquid': '---\naudience: customer\nsubject: Hello\n---\nDear {{ ticket.customer.name }}\n',
  });

describe('check', () => {
  test('a pack without errors ends with 0 and says so', async () => {
    const { out, err, code } = await policy('check', good());
    expect({ out, code }).toEqual({ out: '', code: 0 });
    expect(err).toBe('test 1: 0 errors, 0 warnings\n');
  });

  test('an error is a line with file, line and column, and ends with 1', async () => {
    const dir = packFolder('conditions: { a: "(" }\n');
    const { out, code } = await policy('check', dir);
    expect(out.trim()).toMatch(
      /pack\.yaml:3:20 error this is no CEL: found end of input, where an expression belongs \(compile\)$/m,
    );
    expect(code).toBe(1);
  });

  test('as JSON', async () => {
    const { out, code } = await policy('check', packFolder('conditions: { a: "(" }\n'), '--json');
    expect(JSON.parse(out)).toMatchObject({
      pack: 'test',
      version: '1',
      ok: false,
      problems: [{ severity: 'error', line: 3, column: 20, path: 'conditions.a', rule: 'compile' }],
    });
    expect(code).toBe(1);
  });

  test('what the organisation must fill in is an error only for production', async () => {
    const dir = packFolder({
      'pack.yaml': GOOD.replace('email: boss@x.test, page: boss', 'must_configure: true'),
      'templates/hello.liquid': '---\naudience: customer\n---\n',
    });
    expect((await policy('check', dir)).code).toBe(0);
    expect((await policy('check', dir, '--production')).code).toBe(1);
  });
});

test('schema prints the JSON Schema of the language', async () => {
  expect(JSON.parse((await policy('schema')).out)).toMatchObject({ type: 'object', title: 'Tocsin policy pack' });
  expect((await policy('schema', good(), '--json')).out).toBe((await policy('schema')).out);
});

test('clauses prints a row a clause, as a table or as JSON', async () => {
  const dir = good();
  writeFileSync(
    join(dir, 'clauses.yaml'),
    'clauses: { SEC-ESC-001: { kind: notification }, SEC-ESC-999: { kind: report } }\n',
  );
  const rows = JSON.parse((await policy('clauses', dir, '--json')).out) as object[];
  expect(rows[0]).toMatchObject({
    id: 'SEC-ESC-001',
    kind: 'notification',
    rules: ['rules.welcome'],
    scenarios: [],
    note: '',
  });
  const text = await policy('clauses', dir);
  expect(text.out).toContain('SEC-ESC-999  report        uncovered');
  expect(text.err).toMatch(/2 clauses: \d proved by a scenario or test, 1 uncovered/);
  expect(JSON.parse((await policy('clauses', dir, '--json', '--uncovered')).out)).toHaveLength(1);
});

describe('preview', () => {
  test('renders with made-up values, or with those of an opening', async () => {
    const dir = good();
    expect((await policy('preview', dir, 'hello')).out).toBe('Subject: Hello\n\nDear Ada Example\n');
    const file = join(dir, 'opening.json');
    writeFileSync(file, JSON.stringify({ subject: 's', customer: { name: 'Bo', email: 'b@x.test', plan: 'starter' } }));
    expect((await policy('preview', dir, 'hello', '--ticket', file)).out).toContain('Dear Bo');
    expect((await policy('preview', dir, 'hello', '--html')).out).toContain('<p>Dear Ada Example</p>');
    expect(JSON.parse((await policy('preview', dir, 'hello', '--json')).out)).toMatchObject({
      subject: 'Hello',
      text: 'Dear Ada Example\n',
    });
  });

  test('renders what a scenario sends, and says what had to be made up for the ticket that it leaves', async () => {
    const dir = packFolder({
      'pack.yaml': GOOD,
      'templates/hello.liquid': '---\naudience: customer\nsubject: Hello\n---\nDear {{ ticket.customer.name }}\n',
      'templates/done.liquid': '---\nsubject: Done\n---\n{{ ticket.number }} {{ ticket.status }} {{ event.text }}\n',
      'scenarios/one.yaml':
        'policy: ..\nopened: 2026-03-02T10:00:00Z\nticket: { subject: s, channel: email, customer: { name: Bo, email: b@x.test, plan: starter } }\nscript: [{ at: PT1M, do: claim, by: agent }]\nuntil: PT2M\n',
    });
    const scenario = join(dir, 'scenarios/one.yaml');
    expect((await policy('preview', dir, 'hello', '--ticket', scenario)).out).toContain('Dear Bo');
    const left = await policy('preview', dir, 'done', '--ticket', scenario);
    expect(left.out).toContain('10001 in_progress <event.text>');
    expect(left.err).toBe('Made up: event.text\n');
  });

  test('an opening that the pack refuses, and a file that is not there, are refused', async () => {
    const dir = good();
    const file = join(dir, 'opening.json');
    writeFileSync(file, JSON.stringify({ subject: 's', customer: { name: 'Bo', email: 'nobody', plan: 'starter' } }));
    await expect(policy('preview', dir, 'hello', '--ticket', file)).rejects.toMatchObject({
      code: 'ESC_FIELD_INVALID',
    });
    await expect(policy('preview', dir, 'hello', '--ticket', './none.yaml')).rejects.toMatchObject({
      code: 'ESC_FIELD_INVALID',
      message: expect.stringContaining('no file "./none.yaml"') as unknown,
    });
  });

  test('a template that is not there is refused with those that are', async () => {
    await expect(policy('preview', good(), 'hallo')).rejects.toMatchObject({
      code: 'ESC_FIELD_INVALID',
      message: 'the pack has no template "hallo"; it has hello',
    });
  });
});

test('docs prints the reference', async () => {
  expect((await policy('docs')).out).toBe(languageReference());
});

describe('publish', () => {
  test('writes the compiled pack under its hash', async () => {
    const out = join(packFolder({}), 'packs');
    const published = JSON.parse((await policy('publish', good(), '--out', out, '--json')).out) as {
      hash: string;
      path: string;
    };
    expect(published.path).toBe(join(out, `${published.hash}.json`));
    expect(readdirSync(out)).toHaveLength(2);
  });

  test('refuses a pack that the checker finds wrong', async () => {
    const out = join(packFolder({}), 'packs');
    const dir = packFolder({ 'pack.yaml': GOOD, 'templates/other.liquid': '---\n---\n' });
    await expect(policy('publish', dir, '--out', out)).rejects.toMatchObject({
      code: 'ESC_PACK_INVALID',
      message: expect.stringContaining('hello'),
    });
    expect(existsSync(out)).toBe(false);
  });
});

describe('diff', () => {
  test('constructs added, removed and changed', async () => {
    const after = packFolder({
      'pack.yaml': `${GOOD.replace('boss@x.test', 'chief@x.test')}  more: { on: closed, do: [{ tag: t }] }\n`,
    });
    const { out, err } = await policy('diff', good(), after);
    expect(out).toBe('~ people.boss\n    email: "boss@x.test" → "chief@x.test"\n- templates.hello\n+ rules.more\n');
    expect(err).toBe('3 constructs differ.\n');
  });

  test('the same twice', async () => {
    const { out, err } = await policy('diff', good(), good());
    expect({ out, err }).toEqual({ out: '', err: 'The two packs decide the same.\n' });
    expect(JSON.parse((await policy('diff', good(), good(), '--json')).out)).toMatchObject({ changes: [] });
  });

  test('a pack that does not compile cannot be compared', async () => {
    await expect(policy('diff', good(), packFolder('conditions: { a: "(" }\n'))).rejects.toMatchObject({
      code: 'ESC_PACK_INVALID',
    });
  });
});

describe('a pack is named by its folder or its name', () => {
  test('a path', () => {
    const dir = good();
    expect(resolvePackDir(dir)).toBe(dir);
  });

  test('a name that is nowhere is refused, with the places looked at', () => {
    expect(() => resolvePackDir('nowhere_at_all')).toThrow(
      expect.objectContaining({
        code: 'ESC_PACK_UNKNOWN',
        message: expect.stringContaining(join('policies', 'nowhere_at_all')),
      }),
    );
  });
});
