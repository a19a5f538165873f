/**
 * Every field of the language has a runtime consumer (design.md, 'The policy language'): the compiled counterpart of
 * each is read somewhere outside `src/policies`, or it is on the list of what is still to come, with what brings it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { languageFields } from '../../src/policies/language-fields';

const SRC = join(__dirname, '../../src');
/** The rooms that run a pack; the compiler and the checker read everything and prove nothing. */
const ROOMS = ['domain', 'activities', 'oncall', 'store', 'http', 'reports', 'intake', 'triage', 'worker'];

/** Fields whose consumer is still to come, by path or the beginning of one, with the issue that brings it. */
const LATER: Record<string, string> = {
  'commitments.*.title': 'the console',
};

/** Fields that are for the authors' tools: the check, the clause matrix, the published version. */
const TOOLS = new Set([
  'title',
  'procedures',
  'clause_prefix',
  'version',
  'clauses',
  'people.*.must_configure',
  'channels.*.must_configure',
  'calendars.*.must_configure',
  'templates.*.subject',
]);

/** Contacts are read by the channel's name (`CONTACT` in contacts.ts), which no type shows. */
const BY_NAME = new Set(['people.*.email', 'people.*.page', 'people.*.slack']);

/** The type a construct is compiled to. */
const OWNERS: Record<string, string> = {
  assistants: 'AssistantDef',
  calendars: 'CompiledCalendar',
  people: 'RoleDef',
  rotas: 'RotaDef',
  fields: 'FieldDef',
  words: 'WordsDef',
  queues: 'QueueDef',
  tables: 'TableDef',
  conditions: 'ConditionDef',
  facts: 'FactDef',
  commitments: 'CommitmentDef',
  tasks: 'TaskDef',
  paths: 'PathDef',
  voices: 'VoiceDef',
  checklists: 'ChecklistDef',
  rules: 'RuleDef',
  guards: 'GuardDef',
  kinds: 'KindDef',
  reasons: 'ReasonDef',
  templates: 'TemplateDef',
  metrics: 'MetricDef',
  reports: 'ReportDef',
  schedules: 'ScheduleDef',
  channels: 'ChannelDef',
  intake: 'WayInDef',
  replies: 'ReplyDef',
};

/** Compiled counterparts whose name is not that of the field. */
const COUNTERPARTS: Record<string, string> = {
  pack: 'CompiledPack.id',
  zone: 'CompiledPack.zone',
  catch_all: 'CompiledPack.catchAll',
  uses: 'CompiledPack.parts',
  ...Object.fromEntries(
    ['pack', 'bind', 'bind.people', 'bind.calendars', 'bind.queues', 'bind.params', 'unless', 'apart'].map((field) => [
      `uses.*.${field}`,
      'PartDef.names',
    ]),
  ),
  params: 'CompiledPack.params',
  holidays: 'CompiledCalendar.holidays',
  ...Object.fromEntries(
    ['states', 'plans.*'].flatMap((list) =>
      ['during', 'is', 'then', 'queue', 'rank', 'opens', 'note'].map((name) => [
        `channels.*.${list}[].${name}`,
        `ChannelState.${name}`,
      ]),
    ),
  ),
  'calendars.*.only': 'CompiledCalendar.overrides',
  'calendars.*.zone': 'CompiledCalendar.offsets',
  'rotas.*.handover.day': 'RotaDef.handover',
  'rotas.*.handover.time': 'RotaDef.handover',
  'rotas.*.people[].name': 'RotaDef.people',
  'rotas.*.people[].email': 'RotaDef.people',
  'rotas.*.people[].phone': 'RotaDef.people',
  'rotas.*.people[].page': 'RotaDef.people',
  'tables.*.while': 'TableDef.while',
  'tables.*.rows[].when': 'TableRow.when',
  'tables.*.rows[].then': 'TableRow.then',
  'conditions.*.is': 'ConditionDef.cel',
  'commitments.*.from': 'ClockDef.anchors',
  'commitments.*.cadence[].every': 'Phase.every',
  'commitments.*.cadence[].until': 'Phase.until',
  'commitments.*.again': 'CommitmentDef.againPercent',
  'tasks.*.opens': 'ClockDef.anchors',
  'tasks.*.after': 'ClockDef.due',
  'paths.*.levels[].to': 'LevelDef.to',
  'paths.*.levels[].ack': 'LevelDef.ack',
  'paths.*.levels[].repeat': 'LevelDef.repeat',
  'paths.*.levels[].sets': 'LevelDef.sets',
  'paths.*.levels[].title': 'LevelDef.title',
  'rules.*.after': 'RuleDef.clock',
  ...Object.fromEntries(
    ['tables', 'commitments', 'tasks', 'rules', 'guards'].map((construct) => [`${construct}.*.kind`, 'OfKinds.kind']),
  ),
  ...Object.fromEntries(
    ['kind', 'among', 'count', 'window', 'watch'].map((field) => [`facts.*.${field}`, `TicketQuery.${field}`]),
  ),
  'commitments.*.grace': 'ClockDef.grace',
  'flows.*.states.*.collect.voice': 'FlowStateDef.voice',
  ...Object.fromEntries(
    ['title', 'by', 'pack', 'scenarios', 'seen'].map((name) => [
      `checklists.*.items.*.${name}`,
      `CheckItemDef.${name}`,
    ]),
  ),
  ...Object.fromEntries(
    ['at', 'is', 'has'].map((name) => [`checklists.*.items.*.pack[].${name}`, `PackProof.${name}`]),
  ),
  'voices.*.delay.from': 'VoiceDef.delay',
  'voices.*.delay.to': 'VoiceDef.delay',
  'action.open_task.template': 'Action.task',
  'action.restrict.to': 'Action.to',
  'action.call.to': 'Action.to',
};

const CLOCK = new Set(['due', 'cadence', 'early', 'calendar', 'while', 'pause', 'marks']);
const FIELD_TYPES = new Set(['text', 'number', 'bool', 'date', 'person', 'money', 'enum', 'set', 'list', 'any']);
const DELIVERIES = ['notify', 'page', 'send', 'draft', 'status_page'];
const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The parts of a flow, by where a field of it stands. */
const FLOW_PARTS: [RegExp, string][] = [
  [/\.(go|interrupts)\[\]|\.otherwise\./, 'GoRow'],
  [/\.silence\[\]/, 'SilenceRow'],
  [/\.collect\.items\[\]/, 'CollectItem'],
  [/\.collect\./, 'CollectDef'],
  [/\.task\./, 'TaskDef'],
  [/\.starts/, 'FlowDef'],
  [/\.states\.\*\./, 'FlowStateDef'],
];

function flowCounterpart(path: string): string {
  const name = camel(path.split('.').at(-1)?.replace('[]', '') ?? '');
  const owner = FLOW_PARTS.find(([pattern]) => pattern.test(path))?.[1] ?? 'FlowDef';
  if (owner === 'TaskDef' && name === 'due') return 'ClockDef.due';
  return `${owner}.${name}`;
}

/** `Type.property` that a field of the language is compiled to. */
function counterpart(path: string): string {
  const known = COUNTERPARTS[path];
  if (known !== undefined) return known;
  // An assistant's `handoff` holds its triggers.
  if (path.startsWith('assistants.*.handoff')) return 'AssistantDef.triggers';
  if (path.startsWith('assistants.*.collect')) return 'AssistantDef.collect';
  const [construct = '', star, field = '', ...rest] = path.split('.');
  if (construct === 'rollout')
    return star === 'kind'
      ? 'OfKinds.kind'
      : star === undefined
        ? 'CompiledPack.rollouts'
        : `RolloutDef.${camel(star)}`;
  if (construct === 'action') {
    if (star === undefined) return 'Action.do';
    if (field === '')
      return star === 'reason' ? 'Action.fields' : ['when', 'clauses'].includes(star) ? `Action.${star}` : 'Action.do';
    return `${DELIVERIES.includes(star) ? 'DeliverAction' : 'Action'}.${camel(field)}`;
  }
  if (star === undefined) return `CompiledPack.${construct}`;
  if (rest.some((part) => ['days', 'at'].includes(part)) || /\.(days|at)$/.test(path))
    return `Amount.${path.split('.').at(-1)}`;
  if (construct === 'flows' && field !== '') return flowCounterpart(path);
  if (construct === 'fields' && FIELD_TYPES.has(field)) return 'FieldDef.type';
  const owner = CLOCK.has(field) && OWNERS[construct] !== 'CompiledCalendar' ? 'ClockDef' : OWNERS[construct];
  return `${owner}.${camel(field.replace('[]', ''))}`;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The named type a property is declared in. */
function ownerOf(declaration: ts.Node): string | undefined {
  for (let at: ts.Node | undefined = declaration.parent; at; at = at.parent) {
    if (ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at)) return at.name.text;
  }
  return undefined;
}

/** `Type.property` of every property that the code of these files reads. */
function propertiesRead(files: string[]): Set<string> {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node20,
    types: [],
  };
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  const read = new Set<string>();
  const add = (symbol: ts.Symbol | undefined, name: string): void => {
    for (const declaration of symbol?.declarations ?? []) {
      const owner = ownerOf(declaration);
      if (owner !== undefined) read.add(`${owner}.${name}`);
    }
  };
  const written = (node: ts.Node): boolean =>
    ts.isBinaryExpression(node.parent) &&
    node.parent.left === node &&
    node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && !written(node))
      add(checker.getSymbolAtLocation(node.name), node.name.text);
    else if (ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression))
      add(
        checker.getTypeAtLocation(node.expression).getProperty(node.argumentExpression.text),
        node.argumentExpression.text,
      );
    else if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = (node.propertyName ?? node.name).getText();
      add(checker.getTypeAtLocation(node.parent).getProperty(name), name);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) if (files.includes(file.fileName)) visit(file);
  return read;
}

describe('every field of the language has a runtime consumer', () => {
  const read = propertiesRead(ROOMS.flatMap((room) => filesUnder(join(SRC, room))));
  const isLater = (path: string): boolean =>
    Object.keys(LATER).some((prefix) => path === prefix || path.startsWith(`${prefix}.`));
  const isTool = (path: string): boolean =>
    TOOLS.has(path) || TOOLS.has(path.split('.')[0] ?? '') || /\.clauses$/.test(path);
  const fields = languageFields().map((field) => field.path);

  test.each(fields.filter((path) => !isTool(path) && !BY_NAME.has(path)).map((path) => [path, counterpart(path)]))(
    '%s is read as %s',
    (path, property) => {
      expect({ path, read: read.has(property) || isLater(path) }).toEqual({ path, read: true });
    },
  );

  test.each(Object.keys(LATER))('%s is still to come: nothing reads it yet, else it leaves the list', (path) => {
    expect(fields).toContain(path);
    expect(read.has(counterpart(path))).toBe(false);
  });

  test.each([...BY_NAME])('%s is read by its channel', (path) => {
    expect(readFileSync(join(SRC, 'domain/ticket/contacts.ts'), 'utf8')).toContain(`'${path.split('.').at(-1)}'`);
  });

  test('a property that nothing reads is noticed', () => {
    expect(read.has('CommitmentDef.noSuchThing')).toBe(false);
    expect(read.has('CommitmentDef.againPercent')).toBe(true);
  });
});
