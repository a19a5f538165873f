import { describe as sentence } from '../../../src/domain/ticket/describe';
import { inverseOf } from '../../../src/domain/ticket/links';
import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const pack = compilePackText(`
  people: { boss: { email: boss@example.com } }
  fields: { cause: { text: optional }, level: { number: points }, score: { number: points } }
  kinds:
    cluster: { title: Clusters }
    entry: { title: Register, statuses: [new, watched], edit: [boss], fields: [level, cause, id], opened_when: "ticket.level >= 3", clauses: [R-1] }
  rules:
    inform: { on: resolved, clauses: [A-1], do: [{ tell: { to: =ticket.members, event: lead_resolved, with: { cause: =ticket.cause, sure: true, score: =ticket.score } } }] }
    cluster: { on: tagged(cluster), do: [{ open_ticket: { kind: cluster, key: =ticket.cause, subject: "='Cluster ' + ticket.cause", fields: { cause: =ticket.cause, priority: P2, owner: boss }, link: lead } }] }
    joined: { on: tagged(join), do: [{ link: { to: [L1, L2, T], kind: lead } }] }
    back: { on: told(lead_resolved), do: [{ open_task: { template: resolve_too } }] }
  tasks: { resolve_too: { for: boss, choices: ["yes", "no"] } }
`);

/** What goes to other tickets, as `tell L linked` with its data. */
const said = (drive: Drive): unknown[] =>
  drive
    .deliveries({ channel: 'ticket' })
    .map((one) => [one.verb, one.to, one.vars['event'] ?? one.vars['link'], one.vars['with'] ?? one.vars['opening']]);

describe('a link', () => {
  test('is noted here, and told to the other ticket as its inverse', () => {
    const drive = new Drive(pack).give('PT1M', 'link', { to: 'L', kind: 'lead' });
    expect(drive.state.ticket).toMatchObject({ links: [{ to: 'L', kind: 'lead' }], lead: 'L' });
    expect(said(drive)).toEqual([['tell', 'L', 'linked', { kind: 'member' }]]);
    expect(drive.deliveries()[0]).toMatchObject({
      key: expect.stringMatching(/^T\|command:c1\|ticket:linked:L:\d+\|ticket$/),
      vars: { from: 'T', seq: drive.of('delivery')[0]?.seq },
    });
  });

  test('that another ticket tells of is noted without telling it back', () => {
    const drive = new Drive(pack);
    for (const [seq, from] of [
      [3, 'M1'],
      [9, 'M2'],
      [9, 'M2'],
    ] as const)
      drive.hear('PT1M', { from, seq, name: 'linked', data: { kind: 'member' } });
    expect(drive.state.ticket).toMatchObject({
      members: ['M1', 'M2'],
      links: [
        { to: 'M1', kind: 'member' },
        { to: 'M2', kind: 'member' },
      ],
    });
    expect(drive.log('linked', 'told')).toEqual(['PT1M linked(member)', 'PT1M linked(member)']);
    drive.hear('PT2M', { from: 'M1', seq: 4, name: 'unlinked', data: { kind: 'member' } });
    expect(drive.state.ticket['members']).toEqual(['M2']);
    drive.hear('PT2M', { from: 'M2', seq: 11, name: 'unlinked', data: { kind: 'member' } });
    expect(drive.state.ticket).not.toHaveProperty('members');
    expect(said(drive)).toEqual([]);
  });

  test('to a new lead takes the place of the old one, which is told', () => {
    const drive = new Drive(pack).give('PT1M', 'tag', { tag: 'join' });
    expect(drive.state.ticket).toMatchObject({ lead: 'L2', links: [{ to: 'L2', kind: 'lead' }] });
    expect(said(drive)).toEqual([
      ['tell', 'L1', 'linked', { kind: 'member' }],
      ['tell', 'L1', 'unlinked', { kind: 'member' }],
      ['tell', 'L2', 'linked', { kind: 'member' }],
    ]);
  });

  test('is made once, and never to itself', () => {
    const drive = new Drive(pack).give('PT1M', 'link', { to: 'L' }).give('PT2M', 'link', { to: 'L' });
    expect(drive.log('linked', 'unchanged')).toEqual(['PT1M linked(related)', 'PT2M unchanged']);
    expect(drive.refused('PT3M', 'link', { to: 'T' }).code).toBe('ESC_FIELD_INVALID');
  });

  test('is noted on a closed ticket as well', () => {
    const drive = new Drive(pack).give('PT1M', 'resolve').give('PT2M', 'close');
    drive.hear('PT3M', { from: 'N', seq: 1, name: 'linked', data: { kind: 'follow_up' } });
    expect(drive.state.ticket['links']).toEqual([{ to: 'N', kind: 'follow_up' }]);
  });

  test.each([
    ['lead', 'member'],
    ['member', 'lead'],
    ['parent', 'child'],
    ['duplicate', 'original'],
    ['follows', 'follow_up'],
    ['related', 'related'],
    ['caused_by', 'caused_by'],
  ])('of the kind %s is %s on the other side', (kind, inverse) => expect(inverseOf(kind)).toBe(inverse));
});

test('a ticket merged into another is linked to it, and the other hears of its duplicate', () => {
  const drive = new Drive(pack).give('PT1M', 'merge', { into: 'L' });
  expect(drive.state.ticket).toMatchObject({
    status: 'closed',
    merged_into: 'L',
    links: [{ to: 'L', kind: 'original' }],
  });
  expect(said(drive)).toEqual([['tell', 'L', 'linked', { kind: 'duplicate' }]]);
  drive.hear('PT2M', { from: 'L', seq: 40, name: 'lead_resolved' });
  expect(drive.log('ignored', 'task_opened')).toEqual(['PT2M ignored(lead_resolved)']);
});

describe('what a rule tells', () => {
  test('goes to each of the tickets with what is known of it', () => {
    const drive = new Drive(pack, { fields: { cause: 'a cable' } });
    for (const [i, from] of ['M1', 'M2'].entries())
      drive.hear('PT1M', { from, seq: i + 1, name: 'linked', data: { kind: 'member' } });
    drive.give('PT5M', 'resolve');
    expect(said(drive)).toEqual(
      ['M1', 'M2'].map((to) => ['tell', to, 'lead_resolved', { cause: 'a cable', sure: true }]),
    );
    expect(drive.deliveries().map((one) => one.clauses)).toEqual([['A-1'], ['A-1']]);
    const [told] = drive.of('delivery');
    expect(told && sentence(told)).toBe('Told M1: lead resolved');
  });

  test('goes to nobody where there are no members', () => {
    expect(said(new Drive(pack).give('PT5M', 'resolve'))).toEqual([]);
  });

  test('that cannot be handed over is dropped, and changes nothing else', () => {
    const drive = new Drive(pack).give('PT1M', 'link', { to: 'L', kind: 'lead' });
    const before = drive.state.ticket;
    drive.receipt('PT1M', { to: 'L' }, { outcome: 'dropped', detail: 'L has ended' });
    expect(drive.log('dropped', 'undelivered')).toEqual(['PT1M dropped(linked)']);
    expect([drive.state.ticket, drive.state.deliveries]).toEqual([before, {}]);
  });

  test('sets off what awaits it there', () => {
    const drive = new Drive(pack).hear('PT1M', { from: 'L', seq: 5, name: 'lead_resolved' });
    expect(drive.log('told', 'task_opened')).toEqual(['PT1M told(lead_resolved)', 'PT1M task_opened(resolve_too)']);
  });
});

describe('a ticket that is wanted', () => {
  const wanted = (): Drive => new Drive(pack, { fields: { cause: 'dns' } }).give('PT1M', 'tag', { tag: 'cluster' });

  test('is asked for with its kind, key and fields', () => {
    const drive = wanted();
    expect(drive.of('ticket_wanted').map((event) => event.data)).toEqual([{ kind: 'cluster', key: 'dns' }]);
    const opening = {
      kind: 'cluster',
      key: 'dns',
      subject: 'Cluster dns',
      body: '',
      channel: 'api',
      priority: 'P2',
      fields: { cause: 'dns', owner: 'boss' },
    };
    expect(said(drive)).toEqual([['open', 'cluster:dns', 'lead', opening]]);
    expect(new Drive(pack, { ...opening, channel: 'api', customer: undefined as never }).state.ticket).toMatchObject({
      kind: 'cluster',
      key: 'dns',
      cause: 'dns',
      priority: 'P2',
      owner: 'boss',
    });
  });

  test('is linked once it is known which one it is', () => {
    const drive = wanted();
    expect(drive.state.ticket).not.toHaveProperty('lead');
    drive.receipt('PT1M', { verb: 'open' }, { to: 'C1' });
    expect(drive.state.ticket).toMatchObject({ lead: 'C1' });
    expect(said(drive).slice(1)).toEqual([['tell', 'C1', 'linked', { kind: 'member' }]]);
  });

  test('is not linked where it could not be opened', () => {
    const drive = wanted().receipt('PT1M', { verb: 'open' }, { outcome: 'failed', to: 'C1' });
    expect(drive.state.ticket).not.toHaveProperty('links');
    expect(drive.log('undelivered')).toEqual(['PT1M undelivered(cluster)']);
  });

  test('again, when it is there, takes the new fields and says so', () => {
    const drive = new Drive(pack, { kind: 'cluster', key: 'dns', customer: undefined as never });
    drive.hear('PT1M', { from: 'M', seq: 3, name: 'wanted', data: { fields: { cause: 'router' } } });
    expect(drive.log('told', 'changed')).toEqual(['PT1M told(wanted)', 'PT1M changed(cause)']);
    expect(drive.state.ticket['cause']).toBe('router');
  });
});

describe('a register entry', () => {
  const opens = (drive: Drive): unknown[] =>
    drive
      .deliveries({ verb: 'open' })
      .map((one) => [drive.offset(one.at), one.to, (one.vars['opening'] as { fields: unknown }).fields]);

  test('is wanted when its condition begins to hold, and again when what it shows has changed', () => {
    const drive = new Drive(pack).give('PT1M', 'set', { level: 2 }).give('PT2M', 'set', { level: 3 });
    drive
      .give('PT3M', 'set', { score: 1 })
      .give('PT4M', 'set', { cause: 'dns' })
      .give('PT5M', 'set', { level: 1 })
      .give('PT6M', 'set', { cause: 'x' });
    expect(opens(drive)).toEqual([
      ['PT2M', 'entry:T', { level: 3 }],
      ['PT4M', 'entry:T', { level: 3, cause: 'dns' }],
    ]);
    expect(drive.deliveries({ verb: 'open' })[0]?.clauses).toEqual(['R-1']);
  });

  test('is wanted once at an instant at which several of its fields change, with all of them', () => {
    const drive = new Drive(pack).give('PT1M', 'set', { level: 4, cause: 'dns' }).give('PT2M', 'set', { level: 5 });
    expect(opens(drive)).toEqual([
      ['PT1M', 'entry:T', { level: 4, cause: 'dns' }],
      ['PT2M', 'entry:T', { level: 5, cause: 'dns' }],
    ]);
    expect(drive.of('ticket_wanted')).toHaveLength(2);
  });

  test('is wanted at the opening where it holds then, and never by an entry itself', () => {
    expect(opens(new Drive(pack, { fields: { level: 5 } }))).toEqual([['PT0S', 'entry:T', { level: 5 }]]);
    const entry = new Drive(pack, { kind: 'entry', key: 'T', customer: undefined as never, fields: { level: 5 } });
    expect(opens(entry)).toEqual([]);
  });

  test('is changed by its editors, its status among its own', () => {
    const drive = new Drive(pack, { kind: 'entry', customer: undefined as never });
    expect(drive.refused('PT1M', 'set', { cause: 'x' })).toMatchObject({
      code: 'ESC_GUARD_REFUSED',
      details: { kind: 'entry', roles: ['boss'] },
    });
    drive.give('PT2M', 'note', { text: 'anybody may' }).give('PT3M', 'set', { status: 'watched' }, 'boss');
    expect(drive.state.ticket.status).toBe('watched');
    expect(drive.refused('PT4M', 'set', { status: 'gone' }, 'boss').message).toBe(
      'the field "status" must be one of new, watched',
    );
    expect(new Drive(pack).refused('PT1M', 'set', { status: 'watched' }).code).toBe('ESC_FIELD_UNKNOWN');
  });
});
