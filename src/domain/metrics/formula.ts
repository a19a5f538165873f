/** Metrics that are computed from others: values of the same period, and of the one before it. */
import type { MetricDef } from '../policy/metric-types';
import { compileExpr, isUnknown } from '../policy/expr';
import type { CompiledPack, JsonObject } from '../policy/types';
import { makeEnv } from '../ticket/env';
import { blankState } from '../ticket/evolve';
import type { MetricResult, MetricValue, Question } from './answers';
import type { Evidence } from './items';
import { PERIOD_UNITS, periodAt, periodsWithin, UTC, type Period } from './periods';

/** The period before one: of the same unit of the calendar where it is a whole one, else of the same length. */
export function periodBefore({ from, to }: Period, pack: Pick<CompiledPack, 'zoneOffsets'>): Period {
  const zone = pack.zoneOffsets ?? UTC;
  for (const unit of PERIOD_UNITS) {
    const whole = periodAt(unit, from, zone);
    if (whole.from === from && whole.to === to) return periodAt(unit, from, zone, -1);
  }
  return { from: from - (to - from), to: from };
}

/** The metrics that a computed one reads, as `metric.x` or as `before.x`. */
export function readBy(def: MetricDef, root?: 'metric' | 'before'): string[] {
  const names = (def.value?.reads ?? []).flatMap((read) => {
    // A name of a part holds a dot itself.
    const [first = '', ...rest] = read.split('.');
    const name = rest.join('.');
    return (root ?? first) === first && (first === 'metric' || first === 'before') ? [name] : [];
  });
  return [...new Set(names)];
}

type Ask = (question: Question) => MetricResult | undefined;

/** The value of a computed metric: none where something it reads has none, or it divides by nothing. A truth is 1 or 0. */
export function formulaValue(evidence: Evidence, def: MetricDef, question: Question, ask: Ask): MetricValue {
  const { pack } = evidence;
  if (!def.value) return { value: null, n: 0 };
  const before = periodBefore(question.period, pack);
  let n = 0;
  const values = (root: 'metric' | 'before', period: Period): JsonObject =>
    Object.fromEntries(
      readBy(def, root).flatMap((metric) => {
        const total = ask({ ...question, metric, period, by: [] })?.total;
        n = Math.max(n, total?.n ?? 0);
        return total === undefined || total.value === null ? [] : [[metric, total.value]];
      }),
    );
  const roots: JsonObject = {
    metric: values('metric', question.period),
    before: values('before', before),
    period: { days: Math.max(1, periodsWithin('day', question.period, pack.zoneOffsets ?? UTC).length) },
  };
  const event = { type: 'period', at: question.period.to, by: { name: 'engine', kind: 'engine' as const }, data: {} };
  const env = makeEnv({ pack, state: BLANK, event });
  const got = compileExpr(def.value.x)({
    get: (name) => roots[name] ?? env.get(name),
    call: (fn, args) => env.call(fn, args),
  });
  if (isUnknown(got)) return { value: null, n };
  return { value: typeof got === 'number' ? got : typeof got === 'boolean' ? Number(got) : null, n };
}
const BLANK = blankState('', { id: '', version: '', hash: '' });
