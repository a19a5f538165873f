/**
 * A pack that is composed of one other does what that one does: every scenario of every pack, event by event, once the
 * prefix is taken off the names. What a part means by a name must not depend on where it stands (policy-language §4.12).
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { WHOLE } from '../../src/domain/policy/rollout-types';
import type { JsonObject } from '../../src/domain/policy/types';
import { evaluateMetric } from '../../src/domain/metrics/evaluate';
import { extendHistory, type History } from '../../src/domain/metrics/history';
import { contentOf } from '../../src/reports/content';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { rehearse } from '../../src/rehearsal/rehearse';
import { readScenario, type Scenario } from '../../src/rehearsal/scenario';
import { packFolder, removePacks } from '../policies/support/pack-folder';

const POLICIES = resolve(__dirname, '../../policies');
const packs = readdirSync(POLICIES).filter((name) => existsSync(join(POLICIES, name, 'clauses.yaml')));
afterAll(removePacks);

const PREFIX = 'inner';

/** A pack of nothing but the other, its head aside. */
function around(pack: LoadedPack): Promise<LoadedPack> {
  const { source } = pack;
  const head = {
    pack: source.pack,
    version: source.version,
    zone: source.zone,
    uses: { [PREFIX]: { pack: pack.dir } },
  };
  const version = { ...source.version, approved_by: [], owners: [] };
  return loadPack(
    packFolder({ 'pack.yaml': JSON.stringify({ ...head, version, catch_all: `${PREFIX}.${pack.pack.catchAll}` }) }),
  );
}

type Names = Record<string, Record<string, string | string[]>>;

/** A name of the part in the words of the whole, of the first kind that has it. */
function put(names: Names, kinds: readonly string[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => put(names, kinds, one));
  if (typeof value !== 'string') return value;
  return kinds.map((kind) => names[kind]?.[value]).find((one) => one !== undefined) ?? value;
}

const KINDS: Record<string, readonly string[]> = {
  task: ['task'],
  fact: ['fact'],
  path: ['path'],
  to: ['role'],
  template: ['reply', 'template'],
  kind: ['kind'],
  queue: ['queue'],
  role: ['role'],
};
const named = (names: Names, fields: object, name: readonly string[] = []): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, put(names, key === 'name' ? name : (KINDS[key] ?? []), value)]),
  ) as JsonObject;

/** A ticket that rules open goes by its kind and key. */
function ticketOf(names: Names, ticket: string | undefined): { ticket?: string } {
  if (ticket === undefined) return {};
  const [kind = '', ...key] = ticket.split(':');
  return { ticket: [String(put(names, ['kind'], kind)), ...key].join(':') };
}

/** The scenario as somebody would write it for the composed pack. */
function translated(scenario: Scenario, names: Names): Scenario {
  const opening = <T extends object>(one: T): T =>
    ({
      ...named(names, one),
      ...('fields' in one ? { fields: named(names, one.fields as object) } : {}),
    }) as T;
  return {
    ...scenario,
    params: Object.fromEntries(Object.entries(scenario.params).map(([k, v]) => [String(put(names, ['param'], k)), v])),
    ...(scenario.ticket ? { ticket: opening(scenario.ticket) } : {}),
    ...(scenario.tickets
      ? { tickets: Object.fromEntries(Object.entries(scenario.tickets).map(([k, v]) => [k, opening(v)])) }
      : {}),
    schedules: put(names, ['schedule'], scenario.schedules) as string[],
    script: scenario.script.map((step) => {
      const { by, ticket, ...fields } = step;
      const said = named(names, fields, ['fact', 'task']);
      return { ...step, ...said, ...ticketOf(names, ticket), by };
    }),
    deliveries: scenario.deliveries.map((one) => ({
      ...one,
      match: named(names, one.match, ['delivery', 'template']),
    })),
    answers: scenario.answers.map((one) => ({
      ...one,
      ...ticketOf(names, one.ticket),
      fact: String(put(names, ['fact'], one.fact)),
    })),
    roster: Object.fromEntries(Object.entries(scenario.roster).map(([k, v]) => [String(put(names, ['role'], k)), v])),
    // A part's rollout goes by its prefix.
    ...(typeof scenario.rollout === 'number' ? { rollout: { [PREFIX]: scenario.rollout } } : {}),
    expect: [],
    never: [],
  } as Scenario;
}

/**
 * The events without the prefix, wherever it stands. Receipts of one instant come in the order of their keys, which the
 * prefix changes: what is of one instant is compared in an order of its own, without the running numbers.
 */
function bare(played: Awaited<ReturnType<typeof rehearse>>): string[] {
  const events = played.tickets.flatMap(({ name, events }) =>
    events.map(({ seq: _seq, ...event }) => ({ name, ...event })),
  );
  return events
    .map((event) =>
      JSON.stringify(event)
        .replaceAll(`${PREFIX}.`, '')
        .replaceAll(`"${PREFIX}"`, `"${WHOLE}"`)
        .replace(NUMBERED, '')
        .replace(PLACE, '')
        .replace(DRAWN, '$1')
        .replace(/\.\d{3}Z/g, 'Z'),
    )
    .sort();
}
/** A rollout's name is part of what is hashed. */
const PLACE = /"place":[\d.]+/g;
/** A delay between two bounds is drawn from the key of its delivery. */
const DRAWN = /\b(1\d{9})(?!000\b)\d{3}\b/g;
const NUMBERED = /(?<=[#|:]|"seq":|"TICK-\d{8}-\d{3}":)\d{1,3}(?=["|@},])/g;

describe.each(packs)('%s within another pack', (name) => {
  const files = readdirSync(join(POLICIES, name, 'scenarios'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ya?ml$/.test(file))
    .sort();
  let alone: LoadedPack;
  let composed: LoadedPack;
  const histories: Record<'alone' | 'composed', History[]> = { alone: [], composed: [] };
  beforeAll(async () => {
    alone = await loadPack(join(POLICIES, name));
    composed = await around(alone);
  });

  it('is no worse than by itself', () => {
    expect(composed.problems.filter((one) => one.severity === 'error').map((one) => one.message)).toEqual([]);
  });

  it.each(files)('plays %s alike', async (file) => {
    const scenario = await readScenario(join(POLICIES, name, 'scenarios', file));
    // Of a share in between other tickets are in, as another name is hashed.
    if (typeof scenario.rollout === 'number' && scenario.rollout % 100 !== 0) scenario.rollout = 100;
    const names = composed.pack.parts?.[PREFIX]?.names ?? {};
    const [one, other] = [await rehearse(scenario, alone), await rehearse(translated(scenario, names), composed)];
    expect(one.tickets.length).toBeGreaterThan(0);
    for (const [played, into] of [
      [one, histories.alone],
      [other, histories.composed],
    ] as const)
      for (const { id, events } of played.tickets) into.push(extendHistory(undefined, `${file} ${id}`, events));
    expect([basename(file), bare(other)]).toEqual([basename(file), bare(one)]);
  });

  it('answers its metrics and makes its reports alike, over all that was played', () => {
    const period = { from: Date.UTC(2024, 0, 1), to: Date.UTC(2028, 0, 1) };
    const of = (loaded: LoadedPack, prefix: string, which: History[]): string => {
      const evidence = { pack: loaded.pack, histories: which, series: {} };
      const metrics = Object.keys(alone.pack.metrics).map((metric) =>
        evaluateMetric(evidence, { metric: prefix + metric, period }),
      );
      const reports = Object.keys(alone.pack.reports).map((report) => {
        const def = loaded.pack.reports[prefix + report];
        return def && contentOf(evidence, def, period);
      });
      return JSON.stringify({ metrics, reports }).replaceAll(`${PREFIX}.`, '');
    };
    const before = JSON.parse(of(alone, '', histories.alone)) as unknown;
    expect(JSON.parse(of(composed, `${PREFIX}.`, histories.composed))).toEqual(before);
  });
});
