/** What the constructs of a part are rewritten with: names by kind, expressions, patterns, actions. */
import type {
  Action,
  ClockDef,
  ConditionDef,
  Json,
  OfKinds,
  Pattern,
  TemplateDef,
  Value,
} from '../../domain/policy/types';
import { readsOf } from '../cel';
import { change } from './change';
import { chainExpr, PartExpressions } from './expressions';
import type { NameKind, PartNames } from './names';

/** What one construct is rewritten with. */
export class Placing {
  readonly expressions: PartExpressions;
  constructor(readonly names: PartNames) {
    this.expressions = new PartExpressions(names);
  }

  readonly name =
    (kind: NameKind) =>
    (name: string): string =>
      this.names.full(kind, name);
  readonly list =
    (kind: NameKind) =>
    (names: string[]): string[] =>
      names.map((name) => this.names.full(kind, name));
  readonly cel = (cel: ConditionDef['cel']): ConditionDef['cel'] => this.expressions.cel(cel);
  readonly value = (value: Value): Value => this.expressions.value(value);
  readonly valueOf =
    (kind: NameKind) =>
    <T extends Json>(value: Value<T>): Value<T> =>
      this.expressions.value(value, kind);
  readonly patterns = (patterns: Pattern[]): Pattern[] => patterns.map((one) => this.names.pattern(one));

  /** `draft(template)`; words stay. */
  readonly offer = (offer: string): string =>
    offer.replace(/^draft\(([^()]+)\)$/, (_, name: string) => `draft(${this.names.full('template', name.trim())})`);

  /** Fields with values: a queue is one of the part. */
  readonly fields = (fields: Record<string, Value>): Record<string, Value> =>
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [
        this.names.full('field', field),
        field === 'queue' ? this.expressions.value(value, 'queue') : this.expressions.value(value),
      ]),
    );

  readonly clock = (clock: ClockDef): ClockDef =>
    change(clock, {
      anchors: this.patterns,
      due: this.value,
      cadence: this.value,
      calendar: this.valueOf('calendar'),
      while: this.cel,
      pause: this.cel,
      grace: this.value,
    });

  readonly action = (action: Action): Action => {
    const one: Action = action.when ? { ...action, when: this.cel(action.when) } : action;
    const role = this.valueOf('role');
    switch (one.do) {
      case 'set':
        return change(one, { fields: this.fields });
      case 'assign':
        return change(one, { assign: this.fields });
      case 'tag':
      case 'untag':
        return change(one, { tag: this.value });
      case 'note':
        return change(one, { note: (note: Value) => this.note(note) });
      case 'deliver':
        return change(one, {
          to: role,
          cc: role,
          for: role,
          state: this.value,
          template: this.name('template'),
          templateFrom: (cel) => this.expressions.cel(cel, 'template'),
          name: this.name('delivery'),
          path: this.name('path'),
        });
      case 'escalate':
        return change(one, {
          path: this.valueOf('path'),
          to: role,
          reason: this.value,
          template: this.name('template'),
        });
      case 'deescalate':
        return change(one, { path: this.valueOf('path'), to: role, reason: this.value });
      case 'ask':
        return change(one, { facts: this.list('fact') });
      case 'open_task':
        return change(one, { task: this.name('task'), for: role });
      case 'clocks':
        return change(one, { clocks: this.valueOf('clock') });
      case 'restrict':
        return change(one, { to: role });
      case 'call':
        return change(one, { to: role, name: this.name('task') });
      case 'command':
        return change(one, { fields: this.fields });
      case 'open_ticket':
        return change(one, { kind: this.name('kind'), key: this.value, fields: this.fields, subject: this.value });
      case 'link':
        return change(one, { to: this.value });
      case 'tell':
        return change(one, { to: this.value, event: this.name('told'), with: this.fields });
    }
  };
  readonly actions = (actions: Action[]): Action[] => actions.map(this.action);

  /** A note is a text, or `{ template: name }`. */
  private note(note: Value): Value {
    if (!('lit' in note)) return this.value(note);
    const { lit } = note;
    if (lit === null || typeof lit !== 'object' || Array.isArray(lit) || typeof lit['template'] !== 'string')
      return note;
    return { lit: { ...lit, template: this.names.full('template', lit['template']) } };
  }

  /** `task.x` among what a guard needs is a task that must be answered. */
  readonly need = (need: string): string => {
    const [root = '', name = '', ...rest] = need.split('.');
    if (root === 'task')
      return ['task', this.names.full('task', name), ...(rest.length === 0 ? ['done'] : rest)].join('.');
    return root === 'ticket' || root === 'event' ? [root, this.names.full('field', name), ...rest].join('.') : need;
  };

  /** A dotted name outside an expression: `flow.triage.asking`. */
  readonly dotted = (name: string): string => this.chained(name) ?? name;

  private chained(name: string): string | undefined {
    const kinds: Record<string, NameKind> = { flow: 'flow', ticket: 'field' };
    const [root = '', second = '', ...rest] = name.split('.');
    const kind = kinds[root];
    return kind === undefined ? undefined : [root, this.names.full(kind, second), ...rest].join('.');
  }

  /** A template's text reads the part's own names: those that have another name now are computed under the old one. */
  readonly template = (template: TemplateDef): TemplateDef => {
    const own: Record<string, Value> = {};
    for (const dotted of template.vars) {
      if (template.let?.[dotted.split('.')[0] ?? '']) continue;
      const x = chainExpr(dotted);
      const cel = this.expressions.cel({ src: dotted, x, reads: readsOf(x) });
      if (JSON.stringify(cel.x) !== JSON.stringify(x)) own[dotted] = { cel };
    }
    const made = {
      ...Object.fromEntries(Object.entries(template.let ?? {}).map(([k, v]) => [k, this.value(v)])),
      ...own,
    };
    return {
      ...change(template, {
        name: this.name('template'),
        needs: (needs) => needs.map(this.cel),
        cc: this.valueOf('role'),
        importance: this.value,
        priority: this.value,
      }),
      ...(Object.keys(made).length === 0 ? {} : { let: made }),
    };
  };

  readonly kinds = <T extends OfKinds>(item: T): T => ({ ...item, kind: item.kind.map(this.name('kind')) });
}
