/** Messages: what they read is there when they are sent, and a customer sees nothing that is not theirs to see. */
import type { Cel } from '../../domain/policy/types';
import { listOf, patternsOf } from '../compiler';
import { CUSTOMER, ROOTS_WITH_MESSAGE } from './names';
import { chainFaults } from './expressions';
import { guaranteed } from './event-fields';
import { unknownName, type Check, type CheckContext } from './context';
import { textsIn } from './references';
import { deliveryActionsOf } from './walk';

/** Built-in names of a ticket that a customer may read. */
const FOR_CUSTOMERS = new Set([
  ...['id', 'number', 'subject', 'customer.name', 'status', 'opened_at', 'resolved_at', 'resolution', 'priority'],
]);

/** Messages of the pack. */
export const templates: Check = (context) => {
  for (const template of context.templates) {
    const outside = template.audience !== 'staff';
    for (const name of template.vars) {
      const computed = template.let?.[name.split('.')[0] ?? ''];
      if (computed) {
        if (outside && 'cel' in computed) visibleIn(context, template.name, computed.cel, name);
        continue;
      }
      if (!known(context, template.name, name)) continue;
      if (outside) visible(context, template.name, name);
      empty(context, template.name, name);
    }
  }
  audiences(context);
  eventFields(context);
};

function known(context: CheckContext, template: string, name: string): boolean {
  const chain = name.split('.');
  const [root = ''] = chain;
  if (!ROOTS_WITH_MESSAGE.has(root)) {
    const message = `nothing sets "${name}": ${unknownName('name', root, ROOTS_WITH_MESSAGE)}`;
    context.inTemplate('error', 'template-variable', template, name, message);
    return false;
  }
  for (let length = 2; length <= chain.length; length++) {
    const [fault] = chainFaults(context, chain.slice(0, length));
    if (!fault) continue;
    context.inTemplate('error', 'template-variable', template, name, `nothing sets "${name}": ${fault.message}`);
    return false;
  }
  return true;
}

/** A field that customers may not read, in a message to customers. */
function visible(context: CheckContext, template: string, name: string): void {
  const [root, field = ''] = name.split('.');
  if (root !== 'ticket') return;
  const declared = context.source.fields[field];
  const path = name.slice('ticket.'.length);
  if (declared ? declared.visible === 'all' : FOR_CUSTOMERS.has(path)) return;
  const message = declared
    ? `a message to customers may not read "${name}": its field is visible to ${declared.visible}`
    : `a message to customers may not read "${name}"`;
  context.inTemplate('error', 'not-for-customers', template, name, message);
}

/** A computed name must not carry to customers what they may not read. */
function visibleIn(context: CheckContext, template: string, cel: Cel, name: string): void {
  for (const read of cel.reads) {
    const [root, field = ''] = read.split('.');
    const declared = root === 'ticket' ? context.source.fields[field] : undefined;
    if (!declared || declared.visible === 'all') continue;
    const message = `a message to customers may not read "${read}", which "${name}" is computed from: its field is visible to ${declared.visible}`;
    context.inTemplate('error', 'not-for-customers', template, name, message);
  }
}

/** Whether a template asks for a name before it reads it, or names it as a need. */
function provided(context: CheckContext, template: string, name: string): boolean {
  const file = context.loaded.templateFiles[template];
  const short = name.startsWith('ticket.') ? name.slice('ticket.'.length) : name;
  if (file?.head.needs.some((need) => need === name || need === short)) return true;
  const pattern = new RegExp(`\\{%-?\\s*(?:if|elsif|unless|case)\\b[^%]*\\b${name.replace(/\./g, '\\.')}\\b`);
  const either = new RegExp(`\\b${name.replace(/\./g, '\\.')}\\s*\\|\\s*default\\b`);
  return (
    file?.parts.every((part) => !part.text.includes(name) || pattern.test(part.text) || either.test(part.text)) ?? false
  );
}

/** A field that may have no value when the message is made: rendering it would fail. */
function empty(context: CheckContext, template: string, name: string): void {
  const [root, field = ''] = name.split('.');
  const declared = root === 'ticket' ? context.source.fields[field] : undefined;
  if (!declared || declared.default !== undefined || declared.set !== undefined || declared.list !== undefined) return;
  if (Object.values(context.source.tables).some((table) => table.sets === field) || provided(context, template, name))
    return;
  const message = `"${name}" may have no value when this is sent: ask with {% if ${name} %}, or list it under needs`;
  context.inTemplate('warning', 'template-variable', template, name, message);
}

/** Deliveries to customers and to the public use messages that are written for them. */
function audiences(context: CheckContext): void {
  for (const { verb, delivery, at } of deliveryActionsOf(context.source)) {
    const template = delivery.template === undefined ? undefined : context.loaded.pack.templates[delivery.template];
    if (!template || template.audience !== 'staff') continue;
    const to = [...textsIn(context, delivery.to, at)].map(({ text }) => text);
    const audience = to.find((name) => name === CUSTOMER || context.source.people[name]?.list !== undefined);
    const reader = verb === 'status_page' ? 'the public' : verb === 'send' ? 'customers' : audience;
    if (reader === undefined) continue;
    const message = `the template "${template.name}" is for staff, and this goes to ${reader}: give it the audience customer or public`;
    context.error('wrong-audience', [...at, 'template'], message);
  }
}

/** `event.x` in a message: every event that leads to it must have x. */
function eventFields(context: CheckContext): void {
  const { source } = context;
  const sent: { template: string; events: string[] }[] = [];
  for (const { delivery, rule } of deliveryActionsOf(source)) {
    const def = rule === undefined ? undefined : source.rules[rule];
    if (delivery.template === undefined || !def) continue;
    if (delivery.path !== undefined) sent.push({ template: delivery.template, events: ['path'] });
    else sent.push({ template: delivery.template, events: listOf(def.on) });
  }
  for (const path of Object.values(source.paths))
    if (path.template !== undefined) sent.push({ template: path.template, events: ['path'] });
  for (const { template, events } of sent) {
    for (const name of context.loaded.pack.templates[template]?.vars ?? []) {
      const [root, field] = name.split('.');
      if (root !== 'event' || field === undefined || provided(context, template, name)) continue;
      for (const pattern of patternsOf(events)) {
        const answer = guaranteed(context, pattern, field);
        if (answer === 'yes') continue;
        const on = pattern.subject === undefined ? pattern.name : `${pattern.name}(${pattern.subject})`;
        const message = `"${name}": the event ${on} ${answer === 'perhaps' ? `may have no "${field}": ask with {% if ${name} %}` : `has no "${field}"`}`;
        context.inTemplate(answer === 'perhaps' ? 'warning' : 'error', 'template-variable', template, name, message);
      }
    }
  }
}
