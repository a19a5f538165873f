/** A compiled pack as a part of another: every name of its own with the prefix, wherever it stands. */
import type { AskDef, CompiledPack } from '../../domain/policy/types';
import { resolveTableReads } from '../cel';
import { change, keyed } from './change';
import type { PartNames } from './names';
import { placeAssistants, placeIntake } from './place-channels';
import { placeFlow } from './place-flows';
import { placeMetric, placeReport, placeSchedule } from './place-reports';
import { Placing } from './placing';

/** A compiled pack with the names of a part. What the composite must decide (head, zone, last resort) is left as it is. */
export function placePart(pack: CompiledPack, names: PartNames): CompiledPack {
  const p = new Placing(names);
  const placed: CompiledPack = {
    ...pack,
    params: keyed(pack.params, p.name('param'), (value) => value),
    calendars: keyed(pack.calendars, p.name('calendar'), (calendar) => calendar),
    rotas: keyed(pack.rotas, p.name('rota'), (rota) => change(rota, { name: p.name('rota') })),
    people: keyed(pack.people, p.name('role'), (role) =>
      change(role, {
        name: p.name('role'),
        queue: p.name('queue'),
        rota: p.name('rota'),
        group: p.list('role'),
        from: (cel) => p.expressions.cel(cel, 'role'),
        fallback: p.name('role'),
        hours: p.name('calendar'),
        outOfHours: (out) => change(out, { atOnce: p.cel, also: p.name('role') }),
        pointOf: p.name('role'),
        reportsTo: p.name('role'),
      }),
    ),
    fields: keyed(pack.fields, p.name('field'), (field) =>
      change(field, { name: p.name('field'), visible: p.name('role'), default: p.value }),
    ),
    words: keyed(pack.words, p.name('words'), (words) => words),
    queues: keyed(pack.queues, p.name('queue'), (queue) =>
      change(queue, { name: p.name('queue'), parent: p.name('queue') }),
    ),
    tables: keyed(pack.tables, p.name('table'), (table) => ({
      ...p.kinds(change(table, { name: p.name('table'), while: p.cel, sets: p.name('field') })),
      rows: table.rows.map((row) =>
        change(row, { when: p.cel, then: table.sets === 'queue' ? p.valueOf('queue') : p.value }),
      ),
    })),
    conditions: pack.conditions.map((one) => change(one, { name: p.name('condition'), cel: p.cel })),
    facts: keyed(pack.facts, p.name('fact'), (fact) =>
      change(fact, {
        name: p.name('fact'),
        reads: (reads) => reads.map(p.dotted),
        tickets: (query) =>
          change(query, {
            where: p.cel,
            kind: p.list('kind'),
            among: p.list('kind'),
            count: (count) =>
              count === 'tickets'
                ? count
                : { distinct: count.distinct.map((part, i) => (i === 0 ? names.full('field', part) : part)) },
          }),
      }),
    ),
    commitments: keyed(pack.commitments, p.name('commitment'), (one) =>
      p.kinds(change(one, { name: p.name('commitment'), clock: p.clock, met: p.patterns, metWhen: p.cel })),
    ),
    tasks: keyed(pack.tasks, p.name('task'), (task) =>
      p.kinds(
        change(task, {
          name: p.name('task'),
          clock: p.clock,
          when: p.cel,
          closes: p.patterns,
          closesWhen: p.cel,
          for: p.valueOf('role'),
          choices: (choices) => p.expressions.value(choices),
          ask: (ask) =>
            keyed(ask, p.name('field'), (one: AskDef) =>
              typeof one.required === 'boolean' ? one : { ...one, required: p.cel(one.required) },
            ),
          sets: p.list('field'),
          prefill: p.cel,
          draft: p.name('template'),
        }),
      ),
    ),
    paths: keyed(pack.paths, p.name('path'), (path) =>
      change(path, {
        name: p.name('path'),
        start: p.value,
        levels: (levels) => levels.map((level) => change(level, { to: p.list('role'), sets: p.fields })),
        catchAll: p.name('role'),
        template: p.name('template'),
      }),
    ),
    ...(pack.reasons
      ? {
          reasons: keyed(
            pack.reasons,
            (name) => name,
            (reason) => ({
              ...change(reason, { path: p.name('path'), to: p.valueOf('role'), offer: p.offer }),
              // The other parts' paths take what reasons they take.
              paths: Object.keys(pack.paths).map(p.name('path')),
            }),
          ),
        }
      : {}),
    ...(pack.checklists
      ? {
          checklists: keyed(pack.checklists, p.name('checklist'), (list) => ({
            ...change(list, {
              name: p.name('checklist'),
              items: (items) =>
                items.map((item) =>
                  change(item, {
                    by: p.name('role'),
                    seen: p.patterns,
                    scenarios: (scenarios) => scenarios.map((one) => `${names.alias}:${one}`),
                  }),
                ),
            }),
            part: names.alias,
          })),
        }
      : {}),
    ...(pack.voices
      ? {
          voices: keyed(pack.voices, p.name('voice'), (voice) =>
            change(voice, { name: p.name('voice'), context: p.name('template') }),
          ),
        }
      : {}),
    rules: keyed(pack.rules, p.name('rule'), (rule) =>
      p.kinds(change(rule, { name: p.name('rule'), on: p.patterns, when: p.cel, clock: p.clock, do: p.actions })),
    ),
    guards: keyed(pack.guards, p.name('guard'), (guard) =>
      p.kinds(
        change(guard, {
          name: p.name('guard'),
          when: p.cel,
          refuse: p.cel,
          needs: (needs) => needs.map(p.need),
          offer: p.offer,
          override: (override) => change(override, { by: p.list('role') }),
        }),
      ),
    ),
    templates: keyed(pack.templates, p.name('template'), p.template),
    kinds: keyed(pack.kinds, p.name('kind'), (kind) =>
      change(kind, {
        name: p.name('kind'),
        fields: p.list('field'),
        edit: p.list('role'),
        openedWhen: p.cel,
        key: p.value,
      }),
    ),
    flows: keyed(pack.flows, p.name('flow'), (flow) => placeFlow(p, flow)),
    metrics: keyed(pack.metrics, p.name('metric'), (metric) => placeMetric(p, metric)),
    schedules: keyed(pack.schedules, p.name('schedule'), (schedule) => placeSchedule(p, schedule)),
    reports: keyed(pack.reports, p.name('report'), (report) => placeReport(p, report, pack)),
    assistants: placeAssistants(p, pack.assistants),
    ...placeIntake(p, pack),
    // A part reaches tickets by itself: its rollout is known by its prefix.
    ...(pack.rollouts
      ? {
          rollouts: keyed(
            pack.rollouts,
            () => names.alias,
            (rollout) => ({
              ...change(rollout, {
                key: p.cel,
                nextWhen: p.cel,
                compare: (compare) => change(compare, { bot: p.cel, person: p.cel }),
              }),
              name: names.alias,
              prefix: `${names.alias}.`,
            }),
          ),
        }
      : {}),
    catchAll: names.full('role', pack.catchAll),
  };
  resolveTableReads(p.expressions.cels, (name) =>
    (placed.tables[name]?.rows ?? []).flatMap((row) => [
      ...(row.when ? [row.when] : []),
      ...('cel' in row.then ? [row.then.cel] : []),
    ]),
  );
  return placed;
}
