/** What the packs on one ticket share and what they do not: groups of promises, events, words between tickets, roles, reasons. */
import { handle, open } from '../../src/domain/ticket/engine';
import type { Actor, Command, TicketEvent } from '../../src/domain/ticket/types';
import { parseInstant } from '../../src/domain/time/instants';
import { checkPack } from '../../src/policies/checker';
import { loadPack, type LoadedPack } from '../../src/policies/load';
import { rehearse } from '../../src/rehearsal/rehearse';
import { parseScenario } from '../../src/rehearsal/scenario';
import { packFolder, removePacks } from '../policies/support/pack-folder';

afterAll(removePacks);

const head = (id: string): string => `pack: ${id}\nversion: { id: "1", from: 2026-12-01 }\ncatch_all: lead\n`;
const LEAD = 'people: { lead: { title: Lead, email: lead@example.com } }\n';
const whole = (...parts: string[]): string =>
  `${head('whole')}${LEAD}uses: { ${parts.map((one) => `${one}: ${one}`).join(', ')} }\n`;

async function composed(files: Record<string, string>): Promise<LoadedPack> {
  const loaded = await loadPack(packFolder(files));
  expect(checkPack(loaded).filter((one) => one.severity === 'error')).toEqual([]);
  return loaded;
}

/** A scenario on one ticket; its events as `+minutes type(subject)`. */
async function timeline(loaded: LoadedPack, script: string, until = 'PT8H'): Promise<string[]> {
  const text = `policy: whole
opened: 2026-03-02T09:00:00Z
ticket: { subject: A matter, customer: { name: Ada, email: ada@example.com, plan: starter } }
script: [${script}]
until: ${until}
`;
  const { tickets } = await rehearse(parseScenario(text, 'shared.yaml'), loaded);
  const from = parseInstant('2026-03-02T09:00:00Z') ?? 0;
  return (tickets[0]?.events ?? []).map(
    ({ at, type, subject }) => `+${(at - from) / 60_000} ${type}${subject === undefined ? '' : `(${subject})`}`,
  );
}

it('warns once for a group of promises, whichever packs they are from: the earliest does', async () => {
  const promise = (id: string, due: string): string =>
    `${head(id)}${LEAD}commitments: { answer: { from: opened, due: ${due}, met: agent_reply, marks: [-PT1H], group: answer } }\n`;
  const loaded = await composed({
    'pack.yaml': whole('fast', 'slow'),
    'fast/pack.yaml': promise('fast', 'PT4H'),
    'slow/pack.yaml': promise('slow', 'PT4H30M'),
  });
  const events = await timeline(loaded, '');
  expect(events.filter((one) => /mark|breached/.test(one))).toEqual([
    '+180 mark(fast.answer)',
    '+210 mark_shared(slow.answer)',
    '+240 breached(fast.answer)',
    '+270 breached(slow.answer)',
  ]);
});

it('lets every pack react to an event, and none to what another calls by the same name', async () => {
  const part = (id: string): string => `${head(id)}${LEAD}
conditions: { vip: "'${id}' in ticket.tags" }
rules:
  both: { on: claimed, do: [{ tag: claimed_in_${id} }] }
  own: { on: began(vip), do: [{ tag: vip_in_${id} }] }
`;
  const loaded = await composed({
    'pack.yaml': whole('one', 'two'),
    'one/pack.yaml': part('one'),
    'two/pack.yaml': part('two'),
  });
  const events = await timeline(loaded, '{ at: PT1M, do: claim, by: ann }, { at: PT2M, do: tag, by: ann, tag: two }');
  expect(events.filter((one) => one.includes('tagged') || one.includes('began'))).toEqual([
    '+1 tagged(claimed_in_one)',
    '+1 tagged(claimed_in_two)',
    '+2 tagged(two)',
    '+2 began(two.vip)',
    '+2 tagged(vip_in_two)',
  ]);
});

it('stops only the clocks of its own pack by stop: all', async () => {
  const part = (id: string, rules: string): string =>
    `${head(id)}${LEAD}commitments: { answer: { from: opened, due: PT1H, met: agent_reply } }\n${rules}`;
  const loaded = await composed({
    'pack.yaml': whole('one', 'two'),
    'one/pack.yaml': part('one', 'rules: { enough: { on: claimed, do: [{ clocks: { stop: all } }] } }\n'),
    'two/pack.yaml': part('two', ''),
  });
  const events = await timeline(loaded, '{ at: PT1M, do: claim, by: ann }');
  expect(events.filter((one) => one.includes('breached'))).toEqual(['+60 breached(two.answer)']);
});

describe('roles and reasons', () => {
  const paths = (id: string): string => `${head(id)}
people: { lead: { email: lead@${id}.example }, chief_${id}: { email: chief@${id}.example } }
paths: { up: { levels: [{ to: lead }] } }
guards: { chief_only: { command: resolve, when: "'${id}' in ticket.tags", refuse: "event.by.role != 'chief_${id}'" } }
`;
  const loaded = composed({
    'pack.yaml': whole('one', 'two'),
    'one/pack.yaml': `${paths('one')}reasons: { stuck: { title: Stuck } }\n`,
    'two/pack.yaml': paths('two'),
  });
  const at = parseInstant('2026-03-02T09:00:00Z') ?? 0;
  const ann: Actor = { name: 'ann', kind: 'person' };

  /** Commands in turn; what each led to. */
  async function give(...commands: { name: string; by?: Actor; fields?: Command['fields'] }[]): Promise<string[]> {
    const { pack, hash } = await loaded;
    const opening = {
      subject: 'A matter',
      body: '',
      channel: 'api',
      customer: { name: 'Ada', email: 'ada@example.com', plan: 'starter' },
    };
    const opened = open(pack, opening as never, { id: 't1', at, recordedAt: at, packHash: hash });
    if (!opened.ok) throw new Error(opened.rejection.message);
    let { state } = opened;
    return commands.map(({ name, by = ann, fields = {} }, i) => {
      const command: Command = { id: `c${i}`, name, at: at + i + 1, by, fields };
      const done = handle(pack, state, { kind: 'command', command }, command.at);
      if (!done.ok) return done.rejection.code;
      state = done.state;
      const said = (event: TicketEvent): string =>
        `${event.type}(${event.subject ?? ''}) by ${event.by.role ?? event.by.name}`;
      return done.events.slice(0, 1).map(said).join();
    });
  }

  it('knows a role by the name that only one part has for it, and no role by a name that two have', async () => {
    const resolve = (role: string): Promise<string[]> =>
      give(
        { name: 'tag', fields: { tag: 'two' } },
        { name: 'resolve', by: { ...ann, role }, fields: { text: 'Done' } },
      );
    expect((await resolve('chief_two'))[1]).toBe('resolved() by two.chief_two');
    expect((await resolve('two.chief_two'))[1]).toBe('resolved() by two.chief_two');
    expect((await resolve('chief_one'))[1]).toBe('ESC_GUARD_REFUSED');
    expect((await resolve('lead'))[1]).toBe('ESC_GUARD_REFUSED');
  });

  it('holds a reason against the reasons of the path it is for; a pack without reasons takes any text', async () => {
    const escalate = (path: string, reason: string) => ({ name: 'escalate', fields: { path, to: 1, reason } });
    expect(await give(escalate('one.up', 'bored'))).toEqual(['ESC_REASON_UNKNOWN']);
    expect(await give(escalate('one.up', 'stuck'))).toEqual(['escalated(one.up) by ann']);
    expect(await give(escalate('two.up', 'bored'))).toEqual(['escalated(two.up) by ann']);
    expect(await give(escalate('up', 'stuck'))).toEqual(['ESC_PATH_UNKNOWN']);
  });
});
