import { compilePackText } from '../support/pack';

describe('what is said of several tickets', () => {
  test('a fact over tickets is a query', () => {
    const pack = compilePackText(`
      kinds: { entry: { title: Entry } }
      facts:
        f: { tickets: other.k == ticket.k, count: distinct customer.id, window: P1D, watch: true, values: [a], deadline: PT30S }
        g: { tickets: "true", kind: entry, among: [support, entry] }
    `);
    expect(pack.facts['f']).toEqual({
      name: 'f',
      clauses: [],
      reads: [],
      below: {},
      values: ['a'],
      deadline: 30_000,
      tickets: {
        where: { src: 'other.k == ticket.k', reads: ['other.k', 'ticket.k'], x: expect.anything() },
        kind: ['support'],
        among: ['support'],
        count: { distinct: ['customer', 'id'] },
        window: 86_400_000,
        watch: true,
      },
    });
    expect(pack.facts['g']?.tickets).toMatchObject({
      kind: ['entry'],
      among: ['support', 'entry'],
      count: 'tickets',
      watch: false,
    });
  });

  test('a kind has its fields, statuses, editors, and the key of what becomes one', () => {
    const pack = compilePackText(`
      people: { boss: { email: boss@example.com } }
      kinds:
        plain: { title: Plain }
        entry: { title: Register, fields: [priority], statuses: [open, done], edit: [boss], opened_when: ticket.rank > 1, key: =ticket.issue_key, clauses: [A-1] }
    `);
    expect(pack.kinds['plain']).toEqual({
      name: 'plain',
      title: 'Plain',
      fields: [],
      statuses: [],
      edit: [],
      key: { cel: expect.objectContaining({ src: 'ticket.id' }) },
      clauses: [],
    });
    expect(pack.kinds['entry']).toMatchObject({
      fields: ['priority'],
      statuses: ['open', 'done'],
      edit: ['boss'],
      openedWhen: { src: 'ticket.rank > 1' },
      key: { cel: { src: 'ticket.issue_key' } },
      clauses: ['A-1'],
    });
    expect(pack.clauses).toEqual({ 'A-1': ['kinds.entry'] });
  });

  test('a construct applies to support, to another kind, or to several', () => {
    const pack = compilePackText(`
      kinds: { entry: { title: Entry } }
      rules:
        a: { on: opened, do: [{ tag: x }] }
        b: { kind: entry, on: opened, do: [{ tell: { to: =ticket.lead, event: news, with: { text: =ticket.subject } } }] }
      guards: { g: { kind: [support, entry], command: close, refuse: "false" } }
    `);
    expect([pack.rules['a']?.kind, pack.rules['b']?.kind, pack.guards['g']?.kind]).toEqual([
      ['support'],
      ['entry'],
      ['support', 'entry'],
    ]);
    expect(pack.rules['b']?.do[0]).toMatchObject({ do: 'tell', event: 'news', to: { cel: { src: 'ticket.lead' } } });
  });
});
