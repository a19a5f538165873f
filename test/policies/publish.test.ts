import { cpSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffPacks } from '../../src/policies/pack-diff';
import { previewTemplate, sampleVars } from '../../src/policies/preview';
import { loadPack } from '../../src/policies/load';
import {
  lackingClassifier,
  publishPack,
  readClassifierOf,
  readPublished,
  readTemplatesOf,
} from '../../src/policies/publish';
import { HEAD, loadFiles, packFolder, removePacks } from './support/pack-folder';

afterAll(removePacks);

const TEMPLATE =
  '---\naudience: customer\nsubject: "{{ ticket.number }}: {{ ticket.subject }}"\n---\nDear {{ ticket.customer.name }}, {{ ticket.flags | join: "," }} next {{ commitment.p1.next | time }} every {{ commitment.p1.interval | duration }} {{ event.text }} {{ ticket.state }}\n';
const PACK = `${HEAD}zone: America/New_York
fields: { flags: { set: [outage, breach, loss] }, state: { text: optional, default: under investigation } }
conditions: { p1: "ticket.priority == 'P1'" }
rules:
  a: { on: opened, after: PT4H, while: is.p1, do: [{ tag: a }] }
`;
const files = { 'pack.yaml': PACK, 'templates/m.liquid': TEMPLATE };

describe('publishing', () => {
  test('the body and the templates lie under their hash, and come back as they were', async () => {
    const loaded = await loadFiles(files);
    const folder = join(packFolder({}), 'packs');
    const { hash, path } = await publishPack(loaded, folder);
    expect(hash).toBe(loaded.hash);
    expect(readdirSync(folder).sort()).toEqual([`${hash}.json`, `${hash}.templates.json`]);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(loaded.pack);
    expect(await readPublished(folder, hash)).toEqual(loaded.pack);
    expect(await readTemplatesOf(folder, hash)).toEqual(loaded.templates);
  });

  test('what is published is never written again', async () => {
    const loaded = await loadFiles(files);
    const folder = packFolder({});
    const { path } = await publishPack(loaded, folder);
    utimesSync(path, 1, 1);
    await publishPack(loaded, folder);
    expect(statSync(path).mtimeMs).toBe(1_000);
  });

  test('several publish the same at once', async () => {
    const loaded = await loadFiles(files);
    const folder = packFolder({});
    const all = await Promise.all(Array.from({ length: 8 }, () => publishPack(loaded, folder)));
    expect(new Set(all.map((one) => one.hash)).size).toBe(1);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('a pack with errors is refused with all of them', async () => {
    const loaded = await loadFiles('conditions: { a: "(", b: ")" }\n');
    const folder = packFolder({});
    await expect(publishPack(loaded, folder)).rejects.toMatchObject({
      code: 'ESC_PACK_INVALID',
      message: expect.stringMatching(/pack\.yaml:3:.*\n.*pack\.yaml:3:/),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(['0'.repeat(64), '../../etc/passwd', ''])('no pack under %j', async (hash) => {
    await expect(readPublished(packFolder({}), hash)).rejects.toMatchObject({ code: 'ESC_PACK_UNKNOWN' });
  });
});

describe('a pack that asks a model', () => {
  const TRUST = join(__dirname, '../../policies/trust-safety');
  const edited = async (change: (prompts: string) => string) => {
    const folder = packFolder({});
    cpSync(TRUST, folder, { recursive: true });
    const file = join(folder, 'triage/prompts.yaml');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    return loadPack(folder);
  };

  test('is published with what answers it, and the hash covers that', async () => {
    const loaded = await loadPack(TRUST);
    const folder = join(packFolder({}), 'packs');
    const { hash } = await publishPack(loaded, folder);
    const classifier = await readClassifierOf(folder, hash);
    expect(classifier).toEqual(JSON.parse(JSON.stringify(loaded.classifier)));
    expect(classifier.spec.version).toMatch(/^[0-9a-f]{64}$/);
    expect((await edited((text) => `# a remark\n${text}`)).hash).toBe(hash);
    const other = await edited((text) => text.replace('you answer nobody', 'you answer no one'));
    expect(other.hash).not.toBe(hash);
    expect(diffPacks(loaded, other).map((one) => one.path)).toEqual(['classifier.prompts']);
  });

  test('is found out where its classifier is missing', async () => {
    const folder = join(packFolder({}), 'packs');
    const { hash } = await publishPack(await loadPack(TRUST), folder);
    await publishPack(await loadFiles(files), folder);
    expect(await lackingClassifier(folder)).toEqual([]);
    rmSync(join(folder, `${hash}.classifier.json`));
    expect(await lackingClassifier(folder)).toEqual([hash]);
    await expect(readClassifierOf(folder, hash)).rejects.toMatchObject({ code: 'ESC_PACK_UNKNOWN' });
  });
});

describe('what an edit changes', () => {
  const edited = async (change: (text: string) => string, template = TEMPLATE) => {
    const [before, after] = await Promise.all([
      loadFiles(files),
      loadFiles({ 'pack.yaml': change(PACK), 'templates/m.liquid': template }),
    ]);
    return diffPacks(before, after);
  };

  test.each<[string, (text: string) => string, object[]]>([
    ['nothing, where only a comment was added', (text) => `# hello\n${text}`, []],
    [
      'a duration',
      (text) => text.replace('PT4H', 'PT5H'),
      [{ path: 'rules.a', change: 'changed', fields: [{ path: 'clock.due', before: 14_400_000, after: 18_000_000 }] }],
    ],
    [
      'an expression',
      (text) => text.replace("'P1'", "'P2'"),
      [
        {
          path: 'conditions.p1',
          change: 'changed',
          fields: [{ path: 'cel', before: "=ticket.priority == 'P1'", after: "=ticket.priority == 'P2'" }],
        },
      ],
    ],
    [
      'a list',
      (text) => text.replace('[outage, breach, loss]', '[outage]'),
      [
        {
          path: 'fields.flags',
          change: 'changed',
          fields: [{ path: 'values', before: ['outage', 'breach', 'loss'], after: ['outage'] }],
        },
      ],
    ],
    [
      'a rule more',
      (text) => `${text}  b: { on: closed, do: [{ tag: b }] }\n`,
      [{ path: 'rules.b', change: 'added', fields: [] }],
    ],
    [
      'a rule by another name',
      (text) => text.replace('  a: {', '  z: {'),
      [
        { path: 'rules.a', change: 'removed', fields: [] },
        { path: 'rules.z', change: 'added', fields: [] },
      ],
    ],
    [
      'the version',
      (text) => text.replace('id: "1"', 'id: "2"'),
      [{ path: 'version', change: 'changed', fields: [{ path: 'id', before: '1', after: '2' }] }],
    ],
    [
      'a field of an action more',
      (text) => text.replace('{ tag: a }', '{ tag: a, when: is.p1 }'),
      [{ path: 'rules.a', change: 'changed', fields: [{ path: 'do.0.when', after: '=is.p1' }] }],
    ],
  ])('%s', async (_what, change, expected) => expect(await edited(change)).toEqual(expected));

  test('the words of a template', async () => {
    const [change] = await edited((text) => text, TEMPLATE.replace('Dear', 'Hello'));
    expect(change).toMatchObject({ path: 'templates.m', change: 'changed', fields: [{ path: 'text' }] });
  });
});

describe('preview', () => {
  test('every name a template reads has a value that fits it', async () => {
    const message = previewTemplate(await loadFiles(files), 'm');
    expect(message?.subject).toBe('TICK-20260127-001: <ticket.subject>');
    expect(message?.text).toBe(
      'Dear Ada Example, outage,breach next Tue 27 Jan 2026, 11:00 EST every 30 minutes <event.text> under investigation\n',
    );
  });

  test('an opening gives its own values', async () => {
    const opening = {
      subject: 'All down',
      body: '',
      channel: 'email' as const,
      customer: { name: 'Bo', email: 'bo@x.test', plan: 'starter' },
      fields: { flags: ['loss'] },
    };
    const message = previewTemplate(await loadFiles(files), 'm', { opening });
    expect(message?.subject).toBe('TICK-20260127-001: All down');
    expect(message?.text).toContain('Dear Bo, loss next');
  });

  test('a template that is not there has no preview', async () => {
    const loaded = await loadFiles(files);
    expect(previewTemplate(loaded, 'none')).toBeUndefined();
    expect(sampleVars(loaded, 'none')).toEqual({});
  });
});
