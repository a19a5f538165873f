/** Commands that give the ticket facts: answers to tasks, fields. */
import { rejection } from '../errors';
import type { Json } from '../policy/types';
import { BUILT_IN_FIELDS, misfit, queueNamed, setField } from './fields';
import { kindOf } from './pack-index';
import { required, rest, textField, type Order } from './orders';
import { answerTask, openTask } from './tasks';
import type { Turn } from './turn';
import type { Rejection } from './types';

export function answer(turn: Turn, order: Order): Rejection | undefined {
  const name = textField(order, 'task', 'name');
  if (name === undefined) return required(order, 'task');
  const found = openTask(turn.state, name);
  if (!found) {
    const open = [
      ...new Set(
        Object.values(turn.state.tasks)
          .filter((task) => task.open)
          .map((task) => task.name),
      ),
    ];
    return rejection('ESC_TASK_NOT_OPEN', `no open task "${name}"; open are ${open.join(', ') || 'none'}`, {
      field: 'task',
      open,
    });
  }
  const def = turn.pack.tasks[name];
  const given = rest(order, 'task', 'name', 'choice');
  const choices = def && 'lit' in def.choices ? def.choices.lit : [];
  const choice = order.fields['choice'] ?? undefined;
  if (choices.length > 0 && !choices.some((allowed) => String(allowed) === String(choice))) {
    return rejection('ESC_FIELD_INVALID', `choice for "${name}" must be one of ${choices.map(String).join(', ')}`, {
      field: 'choice',
      task: name,
      choices,
    });
  }
  const exact = choices.find((allowed) => String(allowed) === String(choice)) ?? choice;
  const missing = [
    ...Object.entries(def?.ask ?? {})
      .filter(([, ask]) => needed(turn, order, ask.required, exact))
      .map(([field]) => field),
    ...(def?.sets ?? []),
  ].filter((field) => given[field] === undefined && turn.state.ticket[field] === undefined);
  // What may be said is part of what is missing.
  const told = missing.map((field) => {
    const values = turn.pack.fields[field]?.values ?? [];
    return values.length === 0 ? field : `${field} (${values.join(', ')})`;
  });
  if (missing.length > 0)
    return rejection('ESC_FIELD_REQUIRED', `the answer to "${name}" needs ${told.join(', ')}`, {
      field: missing[0] ?? null,
      fields: missing,
      task: name,
    });
  for (const field of def?.sets ?? []) {
    const wrong = given[field] === undefined ? undefined : wrongField(turn, field, given[field] ?? null);
    if (wrong) return wrong;
  }
  for (const field of def?.sets ?? []) {
    const value = given[field];
    if (value !== undefined) setField(turn, field, value, { by: order.by });
  }
  answerTask(turn, found.key, found.task, order.by, exact, given);
  return undefined;
}

function needed(
  turn: Turn,
  order: Order,
  requirement: boolean | { src: string; x: unknown; reads: string[] },
  choice: Json | undefined,
): boolean {
  if (typeof requirement === 'boolean') return requirement;
  const data = choice === undefined ? order.fields : { ...order.fields, choice };
  return turn.holds(
    { pack: turn.pack, state: turn.state, event: { type: 'answer', at: turn.at, by: order.by, data } },
    requirement as never,
  );
}

function wrongField(turn: Turn, name: string, value: Json): Rejection | undefined {
  if (name === 'status') return wrongStatus(turn, value);
  const def = turn.pack.fields[name];
  const builtIn = BUILT_IN_FIELDS[name];
  if (!def && builtIn === undefined)
    return rejection('ESC_FIELD_UNKNOWN', `the pack declares no field "${name}"`, { field: name });
  const wrong =
    name === 'queue' && typeof value === 'string' && queueNamed(turn.pack, value) === undefined
      ? `one of ${Object.values(turn.pack.queues)
          .map((queue) => queue.title)
          .join(', ')}`
      : misfit(def ?? { type: builtIn ?? 'any', values: [] }, value);
  return wrong === undefined
    ? undefined
    : rejection('ESC_FIELD_INVALID', `the field "${name}" must be ${wrong}`, { field: name, value });
}

/** A kind with statuses of its own has them set like a field; resolving and closing stay commands. */
function wrongStatus(turn: Turn, value: Json): Rejection | undefined {
  const statuses = turn.pack.kinds[kindOf(turn.state.ticket)]?.statuses ?? [];
  const given = statuses.filter((status) => status !== 'resolved' && status !== 'closed');
  if (given.length === 0)
    return rejection('ESC_FIELD_UNKNOWN', 'the status follows from commands: it is not set', { field: 'status' });
  return typeof value === 'string' && given.includes(value)
    ? undefined
    : rejection('ESC_FIELD_INVALID', `the field "status" must be one of ${given.join(', ')}`, {
        field: 'status',
        value,
      });
}

export function setFields(turn: Turn, order: Order): Rejection | undefined {
  const { field, value, ...others } = order.fields;
  const pairs: [string, Json][] = Object.entries(others).filter(([name]) => name !== 'reason' && name !== 'override');
  if (typeof field === 'string') pairs.push([field, value ?? null]);
  if (pairs.length === 0) return required(order, 'field');
  const tables = new Set(Object.values(turn.pack.tables).map((table) => table.sets));
  for (const [name, given] of pairs) {
    if (given === 'auto' && turn.state.held.includes(name)) continue;
    const wrong = wrongField(turn, name, given);
    if (wrong) return wrong;
  }
  for (const [name, given] of pairs) {
    const reason = order.fields['reason'];
    if (given === 'auto' && turn.state.held.includes(name)) {
      turn.emit({ type: 'freed', subject: name, by: order.by, data: { field: name }, patch: { unheld: [name] } });
    } else
      setField(turn, name, given, {
        by: order.by,
        hold: tables.has(name),
        ...(typeof reason === 'string' ? { data: { reason } } : {}),
      });
  }
  return undefined;
}

/**
 * A reviewer's word in place of a model's: the fact has another value from now on, and a flow that asked it goes on from
 * there. The event is `reclassified`, so that overrulings are counted.
 */
export function reclassify(turn: Turn, order: Order): Rejection | undefined {
  const name = textField(order, 'fact', 'name');
  if (name === undefined) return required(order, 'fact');
  const def = turn.pack.facts[name];
  if (!def)
    return rejection(
      'ESC_FIELD_INVALID',
      `the pack has no fact "${name}"; it has ${Object.keys(turn.pack.facts).join(', ') || 'none'}`,
      { field: 'fact' },
    );
  const value = order.fields['value'];
  if (value === undefined || value === null) return required(order, 'value');
  if (def.values.length > 0 && !def.values.includes(String(value)))
    return rejection('ESC_FIELD_INVALID', `"${name}" must be one of ${def.values.join(', ')}`, {
      field: 'value',
      values: def.values,
    });
  const score = typeof order.fields['score'] === 'number' ? order.fields['score'] : (def.score?.[1] ?? null);
  const before = turn.state.facts[name];
  // A model that still owes its answer comes too late: the reviewer's stands.
  const awaited = turn.state.asked?.[name] !== undefined;
  turn.emit({
    type: 'reclassified',
    subject: name,
    by: order.by,
    clauses: def.clauses,
    data: {
      ...rest(order, 'name'),
      fact: name,
      from: before?.value ?? null,
      value,
      score,
      ...(awaited ? { awaited } : {}),
    },
    patch: {
      facts: { [name]: { value, score, at: turn.at, known: true } },
      ...(awaited ? { asked: { [name]: null } } : {}),
    },
  });
  return undefined;
}
