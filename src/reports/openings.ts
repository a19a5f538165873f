/** The tickets that a schedule opens at an instant: pure over evidence, the same for every repeat. */
import { createHash } from 'node:crypto';
import type { Question } from '../domain/metrics/answers';
import { evaluateMetric, eventsMetric } from '../domain/metrics/evaluate';
import { formulaValue, periodBefore as sameBefore, readBy } from '../domain/metrics/formula';
import { itemsOf, valueOf, type Evidence } from '../domain/metrics/items';
import { periodAt, UTC, windowAt, type Period } from '../domain/metrics/periods';
import { markSign, valueText } from '../domain/metrics/words';
import { compileExpr, isUnknown } from '../domain/policy/expr';
import type { MetricDef } from '../domain/policy/metric-types';
import type { CalendarPoint, ReportDef, ScheduleDef, ScheduleItems } from '../domain/policy/report-types';
import type { Cel, CompiledPack, Json, JsonObject, Value } from '../domain/policy/types';
import type { Opening } from '../domain/ticket/types';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { createTemplateEngine } from '../policies/templates';
import { periodView } from './content';

/** A ticket to open; the key makes a repeat harmless. It names the pack: two may have a schedule of one name. */
export interface PlannedOpening {
  idempotencyKey: string;
  opening: Opening;
}

/** The unit of the calendar that a point repeats in. */
export const unitOfPoint = (at: CalendarPoint): ReportDef['period'] =>
  at.day !== undefined ? 'week' : at.month !== undefined ? 'month' : at.quarter !== undefined ? 'quarter' : 'day';

/** The whole unit of the calendar before an instant. */
export const periodBefore = (pack: CompiledPack, unit: ReportDef['period'], at: EpochMs): Period =>
  periodAt(unit, at, pack.zoneOffsets ?? UTC, -1);

/** What a schedule goes through, as a metric: so that it is found like everything else. */
const itemsMetric = (def: ScheduleDef, items: ScheduleItems): MetricDef => ({
  ...eventsMetric(def.name, items.each, { kind: items.kind, window: 'week', miss: 'fail' }),
  ...(items.where ? { where: items.where } : {}),
});

/** The period that a schedule looks back on. */
function lookBack(pack: CompiledPack, def: ScheduleDef, at: EpochMs): Period {
  const window = def.opens.items?.window;
  if (window !== undefined) return { from: at - window, to: at };
  return periodBefore(pack, 'cel' in def.at ? 'day' : unitOfPoint(def.at), at);
}

function foundItems(evidence: Evidence, def: ScheduleDef, items: ScheduleItems, period: Period): JsonObject[] {
  const found: JsonObject[] = [];
  for (const item of itemsOf(evidence, itemsMetric(def, items))) {
    if (item.at < period.from || item.at >= period.to) continue;
    const entry: JsonObject = { ticket: item.history?.id ?? '', at: formatInstant(item.at) };
    for (const [name, cel] of Object.entries(items.with)) {
      const value = valueOf(item, cel);
      if (value !== undefined) entry[name] = value;
    }
    if (items.choices.length > 0) entry['choices'] = items.choices;
    found.push(entry);
  }
  return sampled(found, def.name, items.sample);
}

/** At most so many, in their order: those with the lowest hash, so that nobody chooses and a repeat finds the same. */
function sampled(found: JsonObject[], salt: string, most = Infinity): JsonObject[] {
  if (found.length <= most) return found;
  const hash = (one: JsonObject): string =>
    createHash('sha256')
      .update(`${salt} ${String(one['ticket'])} ${String(one['at'])}`)
      .digest('hex');
  const kept = new Set([...found].sort((a, b) => (hash(a) < hash(b) ? -1 : 1)).slice(0, most));
  return found.filter((one) => kept.has(one));
}

/** The condition of a schedule, as a metric: a truth over the figures of its period. */
const conditionMetric = (def: ScheduleDef, when: Cel): MetricDef => ({
  ...eventsMetric(def.name, [], { kind: 'any', window: 'day', miss: 'fail' }),
  value: when,
});

/** Whether the figures of a schedule's period are such that it opens anything; unknown ones are not. */
function applies(evidence: Evidence, def: ScheduleDef, period: Period): boolean {
  const { when } = def.opens;
  if (!when) return true;
  const question = { metric: def.name, period };
  return (
    formulaValue(evidence, conditionMetric(def, when), question, (one) => evaluateMetric(evidence, one)).value === 1
  );
}

/** What has to be loaded to plan a schedule's tickets; what its condition reads of the period before reaches further back. */
export function questionsOfOpenings(pack: CompiledPack, def: ScheduleDef, at: EpochMs): Question[] {
  const period = lookBack(pack, def, at);
  const { attach, items, when } = def.opens;
  const asked = (metrics: readonly string[], over: Period): Question[] =>
    metrics.map((metric) => ({ metric, period: over }));
  const condition = when && conditionMetric(def, when);
  return [
    ...asked(
      Object.values(attach).map((one) => one.metric),
      period,
    ),
    ...(condition ? asked(readBy(condition, 'metric'), period) : []),
    ...(condition ? asked(readBy(condition, 'before'), sameBefore(period, pack)) : []),
    ...(items ? asked(Object.keys(pack.metrics).slice(0, 1), period) : []),
  ];
}

/** What a metric answers, for people to read beside their task. */
function attached(evidence: Evidence, one: ScheduleDef['opens']['attach'][string], period: Period, at: EpochMs): Json {
  const def = evidence.pack.metrics[one.metric];
  const zone = evidence.pack.zoneOffsets ?? UTC;
  const asked = def?.standing || def?.last ? windowAt('now', at, zone) : period;
  const result = evaluateMetric(evidence, {
    metric: one.metric,
    period: asked,
    ...(one.by ? { by: one.by } : {}),
  });
  if (!result) return null;
  const text = (value: typeof result.total): string =>
    `${valueText(value, result.unit, result.shown)} ${markSign(value.mark)} ${value.range?.word ?? ''}`.trim();
  return {
    title: result.title,
    value: text(result.total),
    ...(result.total.range ? { range: { ...result.total.range } } : {}),
    ...(result.groups.length > 0
      ? { groups: result.groups.map((group) => ({ name: group.label, value: text(group), n: group.n })) }
      : {}),
  };
}

/** The tickets of a schedule at its intended instant. `entries` is the recorded list of `for_each`. */
export function openingsOf(
  evidence: Evidence,
  def: ScheduleDef,
  at: EpochMs,
  entries: readonly JsonObject[] = [],
): PlannedOpening[] {
  const { pack } = evidence;
  const { opens } = def;
  const period = lookBack(pack, def, at);
  if (!applies(evidence, def, period)) return [];
  const unit = 'cel' in def.at ? 'day' : unitOfPoint(def.at);
  const view = periodView(unit, period, pack);
  const engine = createTemplateEngine(pack.zone);
  const items = opens.items ? foundItems(evidence, def, opens.items, period) : [];
  const each: JsonObject[] = opens.forEach === undefined ? (opens.items?.apart ? items : [{}]) : [...entries];
  return each.flatMap((entry): PlannedOpening[] => {
    const key = computed(opens.key, { entry, period: view, version: pack.version });
    if (key === undefined) return [];
    const fields: JsonObject = { ...opens.fields };
    if (opens.items?.apart) {
      for (const [name, value] of Object.entries(entry)) if (pack.fields[name]) fields[name] = value;
    } else if (opens.items) fields['items'] = items;
    for (const [field, one] of Object.entries(opens.attach)) fields[field] = attached(evidence, one, period, at);
    const email = entry['email'];
    const subject =
      opens.subject === undefined
        ? (pack.kinds[opens.kind]?.title ?? opens.kind)
        : String(engine.parseAndRenderSync(opens.subject, { period: view, entry }));
    return [
      {
        idempotencyKey: `schedule/${pack.id}/${def.name}@${formatInstant(at)}/${key}`,
        opening: {
          kind: opens.kind,
          key,
          subject,
          body: '',
          channel: 'api',
          fields,
          ...(typeof email === 'string' && opens.forEach !== undefined
            ? { customer: { name: email, plan: '', ...entry, email } }
            : {}),
        },
      },
    ];
  });
}

function computed(value: Value, names: JsonObject): string | undefined {
  if ('lit' in value) return String(value.lit);
  const got = compileExpr(value.cel.x)({ get: (name) => names[name], call: () => null });
  return isUnknown(got) ? undefined : String(got);
}
