/** The names that an assistant's conditions and texts may read, over one conversation. */
import { compileExpr, isUnknown, unknown, type Env, type Unknown } from '../policy/expr';
import type { Cel, CompiledPack, Json, JsonObject, Value } from '../policy/types';
import { hits } from '../policy/words';
import { decideTable } from '../ticket/env';
import { calendarOf } from '../ticket/calendars';
import { isOpen } from '../time/calendar';
import { parseDuration } from '../time/instants';
import type { AssistantDef, ConversationState, TextDef } from './types';

type Got = Json | Unknown;

/** Roots of an assistant's expressions. */
export const ASSISTANT_ROOTS = ['message', 'collected', 'customer', 'result', 'opened', 'param', 'confidence'] as const;

/** A parameter with variants is the variant in use. */
function paramsOf(pack: CompiledPack): JsonObject {
  return Object.fromEntries(
    Object.entries(pack.params).map(([name, value]) => {
      const use = value !== null && typeof value === 'object' && !Array.isArray(value) ? value['use'] : undefined;
      return [name, typeof use === 'string' ? ((value as JsonObject)[use] ?? null) : value];
    }),
  );
}

/** The environment of one turn. */
export function assistantEnv(pack: CompiledPack, def: AssistantDef, state: ConversationState): Env {
  const roots: Record<string, () => Got> = {
    message: () => ({ text: state.messages.findLast((one) => one.from === 'customer')?.text ?? '' }),
    collected: () => state.collected,
    customer: () => ({ plan: def.visitorPlan, ...(state.visitor as unknown as JsonObject) }),
    result: () => state.result,
    opened: () => state.ticket ?? {},
    param: () => paramsOf(pack),
    confidence: () => state.confidence,
  };
  const env: Env = {
    get: (name) => (Object.hasOwn(roots, name) ? roots[name]?.() : undefined),
    call(fn, args) {
      const missing = args.find(isUnknown);
      if (fn === 'known') return missing === undefined;
      if (missing !== undefined) return missing;
      const [first, ...rest] = args as Json[];
      if (fn === 'table') return lookUp(pack, env, String(first), rest);
      if (fn === 'hits') {
        const words = pack.words[String(first)];
        return words ? hits(words, String(rest[0] ?? '')) : unknown(`words ${String(first)}`);
      }
      if (fn === 'is_open') return isOpen(calendarOf(pack, String(first)), state.at);
      if (fn === 'dur') return parseDuration(String(first)) ?? unknown(`duration ${String(first)}`);
      return unknown(`${fn}()`);
    },
  };
  return env;
}

function lookUp(pack: CompiledPack, env: Env, name: string, keys: Json[]): Got {
  const table = pack.tables[name];
  if (!table) return unknown(`table ${name}`);
  if (table.keys.length === 0) return decideTable(env, table).value;
  let value: Json | undefined = table.byKey;
  for (const key of keys) {
    value = value !== null && typeof value === 'object' && !Array.isArray(value) ? value[String(key)] : undefined;
    if (value === undefined) return unknown(`table ${name} ${keys.join(' ')}`);
  }
  return value;
}

/** Whether a condition holds; what is unknown does not. */
export function holds(env: Env, cel: Cel | undefined): boolean {
  return cel === undefined || compileExpr(cel.x)(env) === true;
}

/** A value, written or computed; null where something is missing. */
export function valueOf(env: Env, value: Value): Json {
  const got = 'lit' in value ? value.lit : compileExpr(value.cel.x)(env);
  return isUnknown(got) ? null : got;
}

/** A text with its computed parts filled in. What is missing is left out; a line that is about nothing else goes with it. */
export function textOf(env: Env, text: TextDef): string {
  const filled = text.map((part) => {
    if (typeof part === 'string') return part;
    const value = compileExpr(part.x)(env);
    return isUnknown(value) || value === null || value === '' ? MISSING : asWords(value);
  });
  return filled
    .join('')
    .split('\n')
    .filter((line) => !line.includes(MISSING))
    .join('\n')
    .trim();
}

/** Stands for a missing part; no text of a pack has it. */
const MISSING = '\u0000';
const asWords = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
