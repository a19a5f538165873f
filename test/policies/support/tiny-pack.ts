/** Tiny packs on disk: what a case adds to a sound one, with the place of the fault marked in it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPack, type CheckOptions } from '../../../src/policies/checker';
import { loadPack, type Problem } from '../../../src/policies/load';

/** Stands right before the place where the fault is said to be. */
export const MARK = '»';

/** A pack without a fault, to which each case adds. */
const SOUND = `
pack: tiny
version: { id: "1", from: 2026-12-01 }
catch_all: boss
params: { pace: { use: slow, slow: PT1H } }
calendars: { office: { zone: Europe/Berlin, hours: { mon-fri: [["09:00", "17:00"]] } } }
people:
  boss: { email: boss@example.com, page: Bosses }
  agent: { email: agent@example.com }
  team: { group: [boss, agent] }
fields:
  impact: { text: optional, visible: all, default: unknown }
  secret: { text: optional, default: none }
  flags: { set: [outage] }
words: { bad: { list: [outage] } }
tables:
  sla: { keys: [plan], rows: { starter: { response: PT8H }, enterprise: { response: PT1H } } }
conditions: { p1: "ticket.priority == 'P1'" }
facts: { same: { port: similar } }
commitments: { reply: { from: opened, due: PT1H, met: agent_reply, marks: ["75%"] } }
tasks: { papers: { opens: began(p1), for: boss, choices: ["yes", "no"], ask: { link: url } } }
paths: { up: { levels: [{ to: agent, ack: PT5M }, { to: boss }] } }
rules: { first: { on: began(p1), do: [{ notify: { to: team, template: told, name: alarm } }] } }
`;

const TOLD = '---\n{ audience: staff, subject: "{{ ticket.subject }}" }\n---\nTicket {{ ticket.id }}\n';

interface Files {
  [name: string]: string;
}

/** Write a pack into a folder of its own, check it, take the folder away again. */
export async function checkFiles(files: Files, options: CheckOptions = {}): Promise<Problem[]> {
  const dir = await mkdtemp(join(tmpdir(), 'tocsin-pack-'));
  try {
    await mkdir(join(dir, 'templates'));
    for (const [name, text] of Object.entries({ 'a.yaml': SOUND, 'templates/told.liquid': TOLD, ...files })) {
      await writeFile(join(dir, name), text.replaceAll(MARK, ''));
    }
    const problems = checkPack(await loadPack(dir), options);
    return problems.map((one) => ({ ...one, file: one.file.replace(`${dir}/`, '') }));
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Line and column of the mark in a text. */
export function placeOf(text: string): { line: number; column: number } {
  const before = text.slice(0, text.indexOf(MARK)).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** What is wrong, the rule that finds it, the YAML with the mark, and how bad it is (an error when left out). */
export type Case = [title: string, rule: string, yaml: string, severity?: 'error' | 'warning'];
/** A rule called bad. */
export const rules = (body: string): string => `rules:\n  bad: ${body}\n`;

/** The case's fault is found where its mark stands. */
export async function expectOne([, rule, yaml, severity = 'error']: Case, options = {}): Promise<void> {
  const problems = await checkFiles({ 'b.yaml': yaml }, options);
  const found = problems.filter((one) => one.rule === rule);
  expect(found[0] ?? problems).toMatchObject({
    rule,
    severity,
    file: expect.stringMatching(/b\.yaml$/),
    ...placeOf(yaml),
  });
}
