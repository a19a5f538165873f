/** The share of a pack over the store: what is in force, what may follow, what was decided in shadow. */
import { TocsinError } from '../domain/errors';
import { compareShadow, type Comparison } from '../domain/metrics/shadow';
import { compileExpr, isUnknown, unknown, type Env } from '../domain/policy/expr';
import { nextStep } from '../domain/policy/rollout';
import { raiseFaults, type NextWhen } from '../domain/policy/rollout-gate';
import { WHOLE, type RolloutDef } from '../domain/policy/rollout-types';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { groupsOf, mayRead } from '../domain/ticket/visibility';
import type { EpochMs } from '../domain/time/instants';
import { askMetrics } from '../reports/ask';
import { metricJson } from '../reports/present';
import type { Database } from '../store/database';
import { readHistories } from '../store/history';
import { activePack } from '../store/policy-versions';
import { setShare, shareHistory, type ShareEntry } from '../store/rollout';

/** A rollout as it stands. */
export interface RolloutView {
  rollout: string;
  /** In percent. */
  share: number;
  since: EpochMs | null;
  rest: 'shadow' | 'off';
  steps: readonly number[];
  next: number | null;
  /** What speaks against the next step now; empty where it may be taken. */
  unmet: string[];
  /** Every setting of the share, the newest first. */
  history: ShareEntry[];
}

/** A share to set, or the next one. */
export interface ShareOrder {
  rollout?: string | undefined;
  /** In percent; `next` is the next step. */
  share: number | 'next';
  reason: string;
  /** Set it whatever speaks against it, which is recorded. */
  force: boolean;
  by: string;
}

/** Errors: ESC_PACK_UNKNOWN, ESC_NOT_FOUND for a rollout that the pack does not have. */
export interface RolloutPort {
  read(pack: string, now: EpochMs): Promise<{ pack: string; hash: string; rollouts: RolloutView[] }>;
  /** Errors: ESC_ROLLOUT_REFUSED, with what speaks against it. */
  set(pack: string, order: ShareOrder, now: EpochMs): Promise<RolloutView>;
  /** Of tickets opened in a period; those that `groups` may not read are left out. */
  compare(
    pack: string,
    asked: { rollout?: string | undefined; from: EpochMs; to: EpochMs; groups?: readonly string[] | undefined },
  ): Promise<Comparison>;
}

/** Events that a comparison reads. */
const READ: ReadonlySet<string> = new Set(['opened', 'question']);

const rolloutOf = (pack: CompiledPack, name: string | undefined): RolloutDef => {
  const all = Object.values(pack.rollouts ?? {});
  const found = name === undefined ? (pack.rollouts?.[WHOLE] ?? all[0]) : all.find((one) => one.name === name);
  if (found && (name !== undefined || all.length === 1)) return found;
  const known = all.map((one) => one.name).join(', ') || 'none';
  throw new TocsinError(
    'ESC_NOT_FOUND',
    name === undefined && found
      ? `${pack.id} has several rollouts: name one of ${known}`
      : `${pack.id} has no rollout${name === undefined ? '' : ` "${name}"`}; it has ${known}`,
    { field: 'rollout' },
  );
};

/** The names read below a root, wherever they stand in an expression: `metric.wrong.met` reads `wrong`. */
function* namesUnder(root: string, node: unknown): Generator<string> {
  if (!Array.isArray(node)) return;
  const [kind, of, key] = node as [unknown, unknown, unknown];
  if (Array.isArray(of) && of[0] === 'id' && of[1] === root) {
    if (kind === 'sel' && typeof key === 'string') yield key;
    if (kind === 'idx' && Array.isArray(key) && key[0] === 'lit') yield String(key[1]);
  }
  for (const part of node) yield* namesUnder(root, part);
}

/** The port over the store. `read` gives a published pack. */
export function rolloutPort(pool: Database, read: (hash: string) => Promise<CompiledPack>): RolloutPort {
  const active = async (name: string): Promise<{ hash: string; pack: CompiledPack }> => {
    const found = await activePack(pool, name);
    if (!found)
      throw new TocsinError('ESC_PACK_UNKNOWN', `no version of the pack "${name}" is published`, { pack: name });
    return { hash: found.hash, pack: await read(found.hash) };
  };
  /** Whether `next_when` holds now, over the archive. */
  const nextWhen = async (
    source: { hash: string; pack: CompiledPack },
    def: RolloutDef,
    now: EpochMs,
  ): Promise<NextWhen> => {
    if (!def.nextWhen) return { holds: true, figures: [] };
    const names = [...new Set(namesUnder('metric', def.nextWhen.x))];
    const found = await askMetrics(
      pool,
      source,
      names.map((metric) => ({ metric })),
      now,
    );
    const metric: JsonObject = {};
    for (const { metric: name, total } of found)
      metric[name] = {
        n: total.n,
        ...(total.value === null ? {} : { value: total.value }),
        ...(total.met === undefined || total.value === null ? {} : { met: total.met }),
      };
    const env: Env = {
      get: (name) => (name === 'metric' ? metric : undefined),
      call: (fn) => unknown(`${fn}()`),
    };
    const value = compileExpr(def.nextWhen.x)(env);
    const figures = found.map((one) => {
      const { total, target } = metricJson(one) as { total: JsonObject; target?: string | null };
      return `${one.metric} is ${String(total['text'] ?? 'without data')}${target ? `, target ${target}` : ''}, n = ${one.total.n}`;
    });
    return { holds: isUnknown(value) ? undefined : value === true, figures };
  };
  const viewOf = async (
    source: { hash: string; pack: CompiledPack },
    def: RolloutDef,
    now: EpochMs,
  ): Promise<RolloutView> => {
    const history = await shareHistory(pool, source.pack.id, def.name);
    const [newest] = history;
    const share = newest?.share ?? def.start;
    const next = nextStep(def, share);
    const inForce = { share, ...(newest ? { since: newest.at } : {}) };
    const unmet = next === undefined ? [] : raiseFaults(def, inForce, next, now, await nextWhen(source, def, now));
    return {
      rollout: def.name,
      share,
      since: newest?.at ?? null,
      rest: def.rest,
      steps: def.steps,
      next: next ?? null,
      unmet,
      history,
    };
  };
  return {
    async read(name, now) {
      const source = await active(name);
      const rollouts: RolloutView[] = [];
      for (const def of Object.values(source.pack.rollouts ?? {})) rollouts.push(await viewOf(source, def, now));
      return { pack: source.pack.id, hash: source.hash, rollouts };
    },
    async set(name, order, now) {
      const source = await active(name);
      const def = rolloutOf(source.pack, order.rollout);
      // Asked beforehand: a question to the archive does not belong into the transaction of a setting.
      const next = await nextWhen(source, def, now);
      await setShare(pool, source.pack.id, def.name, ([newest]) => {
        const share = newest?.share ?? def.start;
        const wanted = order.share === 'next' ? nextStep(def, share) : order.share;
        if (wanted === undefined) throw refused(def, share, [`${share} % is the last step`]);
        const unmet = raiseFaults(def, { share, ...(newest ? { since: newest.at } : {}) }, wanted, now, next);
        if (unmet.length > 0 && !order.force) throw refused(def, share, unmet);
        return { share: wanted, at: now, by: order.by, reason: order.reason, unmet };
      });
      return viewOf(source, def, now);
    },
    async compare(name, { rollout, groups, ...period }) {
      const { pack } = await active(name);
      const def = rolloutOf(pack, rollout);
      const all = await readHistories(pool, { pack: pack.id, from: period.from, to: period.to, types: READ });
      const reader = {
        kind: 'staff' as const,
        groups: groups ? [...groupsOf(pack.people, groups)] : [],
        all: groups === undefined,
      };
      return compareShadow(
        pack,
        def,
        all.filter(({ state }) => mayRead(pack.people, state.ticket, reader)),
        period,
      );
    },
  };
}

const refused = (def: RolloutDef, share: number, unmet: string[]): TocsinError =>
  new TocsinError(
    'ESC_ROLLOUT_REFUSED',
    `the share of ${def.name === WHOLE ? 'the pack' : def.name} stays at ${share} %: ${unmet.join('; ')}`,
    {
      share,
      unmet,
    },
  );
