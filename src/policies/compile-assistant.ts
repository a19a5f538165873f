/** Compiles assistants: texts with computed parts, conditions, choices. */
import type { AssistantDef, NextDef, ReadDef, StepAct, StepDef, TextDef } from '../domain/assistant/types';
import { given, ms, type Compiler, type SourcePath } from './compiler';
import type { AssistantSource } from './schema/assistant';

/** A text: what stands between {{ and }} is CEL. */
export function compileText(c: Compiler, text: string, path: SourcePath): TextDef {
  const parts: TextDef = [];
  let from = 0;
  for (const found of text.matchAll(/\{\{([\s\S]*?)\}\}/g)) {
    if (found.index > from) parts.push(text.slice(from, found.index));
    parts.push(c.cel((found[1] ?? '').trim(), path, 'assistant'));
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

type StepSource = AssistantSource['steps'][string];
type ReadSource = StepSource['reads'][number];

const readOf = ({ field, as, units, pattern }: ReadSource): ReadDef => ({
  field,
  as,
  units,
  ...given('pattern', pattern),
});

function patternFault(c: Compiler, { pattern }: ReadSource, path: SourcePath): void {
  if (pattern === undefined) return;
  try {
    new RegExp(pattern, 'iu');
  } catch {
    c.faults.push({ path: [...path, 'pattern'], message: `"${pattern}" is no pattern` });
  }
}

function actOf(c: Compiler, step: StepSource, path: SourcePath): StepAct | undefined {
  const acts = (['search', 'account', 'open_ticket', 'ticket_status'] as const).filter(
    (one) => step[one] !== undefined,
  );
  if (acts.length > 1)
    c.faults.push({ path, message: `a step asks the outside for one thing; this one has ${acts.join(' and ')}` });
  if (step.search !== undefined)
    return { do: 'search', query: c.value<string>(step.search, [...path, 'search'], 'assistant') };
  if (step.account !== undefined) return { do: 'account', fact: step.account };
  if (step.open_ticket) return { do: 'open_ticket' };
  return step.ticket_status ? { do: 'ticket_status' } : undefined;
}

function stepOf(c: Compiler, name: string, step: StepSource, path: SourcePath): StepDef {
  step.reads.forEach((read, i) => patternFault(c, read, [...path, 'reads', i]));
  return {
    name,
    clauses: step.clauses,
    ...given('act', actOf(c, step, path)),
    set: c.values(step.set, [...path, 'set'], 'assistant'),
    ...given('say', step.say === undefined ? undefined : compileText(c, step.say, [...path, 'say'])),
    reads: step.reads.map(readOf),
    options: step.options,
    next: step.next.map((row, i): NextDef => ({
      ...c.maybe('when', row.when, [...path, 'next', i, 'when'], 'assistant'),
      go: row.go,
    })),
  };
}

/** One assistant. */
export function compileAssistant(c: Compiler, name: string, source: AssistantSource, path: SourcePath): AssistantDef {
  const { ticket, wait } = source;
  source.collect.forEach((read, i) => patternFault(c, read, [...path, 'collect', i]));
  return {
    name,
    title: source.title,
    clauses: source.clauses,
    greeting: source.greeting,
    confidence: source.confidence,
    visitorPlan: source.visitor_plan,
    login: compileText(c, source.login, [...path, 'login']),
    otherwise: source.otherwise,
    again: compileText(c, source.again, [...path, 'again']),
    unsure: source.unsure,
    intents: Object.entries(source.intents).map(([intent, item]) => ({
      name: intent,
      clauses: item.clauses,
      when: c.cel(item.when, [...path, 'intents', intent, 'when'], 'assistant'),
      set: c.values(item.set, [...path, 'intents', intent, 'set'], 'assistant'),
      go: item.go,
      interrupts: item.interrupts,
    })),
    triggers: Object.entries(source.handoff).map(([trigger, item]) => ({
      name: trigger,
      clauses: item.clauses,
      ...c.maybe('when', item.when, [...path, 'handoff', trigger, 'when'], 'assistant'),
      ...given('queue', item.queue),
      tags: item.tags,
      insists: item.insists,
      set: c.values(item.set, [...path, 'handoff', trigger, 'set'], 'assistant'),
      ...given(
        'say',
        item.say === undefined ? undefined : compileText(c, item.say, [...path, 'handoff', trigger, 'say']),
      ),
    })),
    steps: Object.fromEntries(
      Object.entries(source.steps).map(([step, item]) => [step, stepOf(c, step, item, [...path, 'steps', step])]),
    ),
    collect: source.collect.map((item, i) => ({
      clauses: item.clauses,
      read: readOf(item),
      ...c.maybe('when', item.when, [...path, 'collect', i, 'when'], 'assistant'),
      ask: compileText(c, item.ask, [...path, 'collect', i, 'ask']),
    })),
    ticket: {
      subject: compileText(c, ticket.subject, [...path, 'ticket', 'subject']),
      ...(ticket.category === undefined
        ? {}
        : { category: c.value(ticket.category, [...path, 'ticket', 'category'], 'assistant') }),
      fields: c.values(ticket.fields, [...path, 'ticket', 'fields'], 'assistant'),
      clauses: ticket.clauses,
    },
    promise: source.promise,
    wait: {
      clauses: wait.clauses,
      calendar: c.value<string>(wait.calendar, [...path, 'wait', 'calendar'], 'assistant'),
      handling: ms(wait.handling),
      open: compileText(c, wait.open, [...path, 'wait', 'open']),
      closed: compileText(c, wait.closed, [...path, 'wait', 'closed']),
    },
  };
}
