/** What a message is told: the values of the names that its template reads. */
import { compileExpr, isUnknown, type Env } from '../policy/expr';
import type { Json, JsonObject, TemplateDef } from '../policy/types';
import { lookUpName, makeEnv, valueIn, type Scope } from './env';

/** Variables of one delivery, at most: a template never needs a document. Texts give way, names never do. */
const TEXT_LIMITS = [1_000, 500, 250, 120, 60] as const;
const VARS_LIMIT = 4_096;

/** A value with its texts cut, those within lists and maps as well. */
function cut(value: Json, limit: number): Json {
  if (typeof value === 'string') return value.length > limit ? `${value.slice(0, limit - 1)}…` : value;
  if (Array.isArray(value)) return value.map((item) => cut(item, limit));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cut(item, limit)]));
}

/** The value that a template's text reads under a dotted name: one it computes itself, or a name of the ticket. */
function valueAt(env: Env, template: TemplateDef, dotted: string): Json | undefined {
  const whole = template.let?.[dotted];
  const [root = '', ...rest] = whole ? [dotted] : dotted.split('.');
  const computed = whole ?? template.let?.[root];
  if (!computed) return lookUpName(env, dotted);
  const got = valueIn(env, computed);
  if (isUnknown(got)) return undefined;
  return rest.reduce<Json | undefined>(
    (value, part) =>
      value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, part)
        ? value[part]
        : undefined,
    got,
  );
}

/**
 * The variables a template reads, from the names of policy-language §3. Names without a value are left out. Where they are
 * more than `most` characters, their texts are cut shorter, all alike.
 */
export function variablesOf(
  scope: Scope,
  template: TemplateDef | undefined,
  extra: JsonObject = {},
  most = VARS_LIMIT,
): JsonObject {
  if (!template) return extra;
  const env = makeEnv(scope);
  const values = template.vars.flatMap((dotted): [string, Json][] => {
    const value = valueAt(env, template, dotted);
    return value === undefined ? [] : [[dotted, value]];
  });
  const within = (limit: number): [string, Json][] => values.map(([dotted, value]) => [dotted, cut(value, limit)]);
  const size = (kept: [string, Json][]): number => JSON.stringify(kept.map(([, value]) => value)).length;
  const limit = TEXT_LIMITS.find((one) => size(within(one)) <= most) ?? TEXT_LIMITS.at(-1) ?? 0;
  const vars: JsonObject = {};
  for (const [dotted, value] of within(limit)) put(vars, dotted, value);
  return { ...vars, ...extra };
}

/** Put a value at a dotted name, with the maps that lead there. */
export function put(vars: JsonObject, dotted: string, value: Json): void {
  const parts = dotted.split('.');
  let node = vars;
  for (const part of parts.slice(0, -1)) {
    const inner = node[part];
    node = inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? inner : (node[part] = {});
  }
  node[parts.at(-1) ?? dotted] = value;
}

/** What a template needs and the ticket does not have, as it is written. */
export function missingFields(scope: Scope, template: TemplateDef | undefined): string[] {
  const env = makeEnv(scope);
  return (template?.needs ?? [])
    .filter((need) => {
      const value = compileExpr(need.x)(env);
      return isUnknown(value) || value === null || value === '' || value === false;
    })
    .map((need) => need.src);
}
