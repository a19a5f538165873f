/** Assistants: every intent leads somewhere, every step is reached, every name is one of the pack. */
import type { SourcePath } from '../compiler';
import type { AssistantSource } from '../schema/assistant';
import type { Check, CheckContext } from './context';
import { answersOf } from './names';

/** Every assistant of the pack. */
export const assistants: Check = (context) => {
  for (const [name, source] of Object.entries(context.source.assistants)) one(context, source, ['assistants', name]);
};

/** Fields that every ticket of a conversation has. */
const CONVERSATION_FIELDS = ['conversation', 'handoff_reason', 'handoff_queue'];

function one(context: CheckContext, source: AssistantSource, at: SourcePath): void {
  const { names } = context;
  const steps = new Set(Object.keys(source.steps));
  const triggers = new Set(Object.keys(source.handoff));
  const reached = new Set<string>();
  const leads = (go: string, place: SourcePath): void => {
    const [to = '', trigger] = go.split(':');
    if (to === 'handoff') {
      if (trigger !== undefined) context.known('trigger', trigger, triggers, place);
    } else if (context.known('step', go, steps, place)) reached.add(go);
  };
  leads(source.otherwise, [...at, 'otherwise']);
  context.known('trigger', source.unsure, triggers, [...at, 'unsure']);
  for (const [name, intent] of Object.entries(source.intents)) leads(intent.go, [...at, 'intents', name, 'go']);
  for (const [name, step] of Object.entries(source.steps)) {
    const place = [...at, 'steps', name];
    step.options.forEach((option, i) => leads(option.go, [...place, 'options', i, 'go']));
    step.next.forEach((row, i) => leads(row.go, [...place, 'next', i, 'go']));
    if (step.reads.length > 0 && step.next.length === 0)
      context.error('leads-nowhere', place, `the step "${name}" reads a message and has no "next": it leads nowhere`);
    if (step.say === undefined && step.next.length === 0)
      context.error('leads-nowhere', place, `the step "${name}" says nothing and has no "next": it leads nowhere`);
  }
  for (const name of steps)
    if (!reached.has(name)) context.warn('unreached', [...at, 'steps', name], `nothing leads to the step "${name}"`);
  for (const [name, trigger] of Object.entries(source.handoff)) {
    if (trigger.queue !== undefined)
      context.known('queue', trigger.queue, names.queues, [...at, 'handoff', name, 'queue']);
  }
  for (const field of Object.keys(source.ticket.fields))
    context.known('field', field, names.fields, [...at, 'ticket', 'fields', field]);
  for (const [i, name] of source.promise.entries())
    context.known('commitment', name, names.commitments, [...at, 'promise', i]);
  for (const field of CONVERSATION_FIELDS)
    if (!names.fields.has(field))
      context.error(
        'unknown-name',
        [...at, 'ticket'],
        `the ticket of a conversation needs the field "${field}": declare it`,
      );
  const { calendar } = source.wait;
  if (!calendar.startsWith('=')) context.known('calendar', calendar, names.calendars, [...at, 'wait', 'calendar']);
  const table = /^=\s*table\('([^']+)'/.exec(calendar)?.[1];
  for (const { value, at: place } of table === undefined ? [] : answersOf(context.source, table))
    if (typeof value === 'string' && !value.startsWith('=')) context.known('calendar', value, names.calendars, place);
}
