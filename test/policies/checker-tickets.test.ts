/** What goes between tickets, under the checker. */
import { checkFiles, expectOne, rules, type Case } from './support/tiny-pack';

const KINDS = 'kinds: { entry: { title: Register } }\n';

describe('a fault between tickets', () => {
  test.each<Case>([
    [
      'a word that nobody tells',
      'unknown-event',
      `rules:
  a: { on: told(news), do: [{ tell: { to: x, event: news } }], kind: support }
  b: { on: »told(newz), do: [{ tag: x }] }
`,
    ],
    [
      'a word told back and forth',
      'circle',
      `rules:
  »ping: { on: told(ping), do: [{ tell: { to: =event.from, event: pong } }] }
  pong: { on: told(pong), do: [{ tell: { to: =event.from, event: ping } }] }
`,
    ],
    [
      'a kind that opens another of its own at once',
      'circle',
      `${KINDS}rules:
  »more: { kind: entry, on: opened, do: [{ open_ticket: { kind: entry } }] }
`,
    ],
    ['a rule for a kind that there is not', 'unknown-name', rules('{ kind: »entri, on: opened, do: [{ tag: x }] }')],
    [
      'a query over tickets of a kind that there is not',
      'unknown-name',
      'facts: { same2: { tickets: "true", among: [support, »review] } }\n',
    ],
    [
      'a field of another ticket that no ticket has',
      'unknown-name',
      'facts: { same2: { tickets: »other.impakt == ticket.impact } }\n',
    ],
    [
      'a field set on a ticket that is opened',
      'unknown-name',
      `${KINDS}${rules('{ on: claimed, do: [{ open_ticket: { kind: entry, fields: { impakt: »x } } }] }')}`,
    ],
  ])('%s', (...fault) => expectOne(fault));

  test('is none where a support ticket opens an entry, an entry tells its lead, and rules of two kinds set one field', async () => {
    const yaml = `${KINDS}rules:
  open: { on: opened, do: [{ open_ticket: { kind: entry, key: =ticket.id, link: entry } }] }
  tell: { kind: entry, on: opened, do: [{ tell: { to: =ticket.lead, event: news, with: { text: x } } }] }
  mine: { on: told(news), do: [{ note: =event.text }, { set: { impact: a } }] }
  yours: { kind: entry, on: told(news), do: [{ set: { impact: b } }] }
`;
    expect((await checkFiles({ 'b.yaml': yaml })).filter((one) => one.severity === 'error')).toEqual([]);
  });
});
