import { flowMap } from '../../../src/domain/policy/flow-map';
import type { CompiledPack } from '../../../src/domain/policy/types';

const cel = (src: string) => ({ src, x: ['lit', true], reads: [] });
const state = (name: string, more: object) => ({
  ...{
    name,
    ask: [],
    askEachMessage: [],
    interrupts: [],
    task: false,
    do: [],
    inOrder: false,
    silence: [],
    clauses: [],
  },
  ...more,
});
const way = (to: string, more: object = {}) => ({ to, do: [], clauses: [], ...more });
const PACK = {
  flows: {
    f: {
      ...{ name: 'f', clauses: [], kind: ['support'], starts: [], first: 'ask_it' },
      states: {
        ask_it: state('ask_it', {
          when: cel('param.on'),
          otherwise: way('end', { outcome: 'a_person' }),
          interrupts: [way('end', { name: 'wants_human', outcome: 'handed_over' })],
          silence: [{ after: { lit: 1 }, giveUp: false, do: [], clauses: [], to: 'last' }],
          go: [
            way('last', { when: cel("fact.is_it.value == 'YES' && fact.is_it.score >= 6") }),
            way('end', { title: 'No', outcome: 'done' }),
          ],
        }),
        last: state('last', { title: 'The last one', go: [way('end', { outcome: 'done' })] }),
      },
    },
  },
} as unknown as CompiledPack;
const event = (type: string, data: object) => ({ type, data: { flow: 'f', ...data } });

describe('the map of a flow', () => {
  test('names states, and ways by their conditions in words', () => {
    const map = flowMap(PACK, 'f');
    expect(map?.begun).toBe(false);
    expect(
      map?.states.map(({ title, visited, ways }) => [
        title,
        visited,
        ways.map((one) => [one.label, one.title, one.taken]),
      ]),
    ).toEqual([
      [
        'Ask it',
        null,
        [
          ['Wants human', 'Handed over', false],
          ['nobody answers', 'The last one', false],
          ['YES, is it score ≥ 6', 'The last one', false],
          ['No', 'Done', false],
        ],
      ],
      ['The last one', null, [['then', 'Done', false]]],
    ]);
    expect(flowMap(PACK, 'g')).toBeUndefined();
    expect(flowMap(PACK, 'constructor')).toBeUndefined();
  });

  test('marks the states and the ways of a ticket, and where it stands', () => {
    const events = [
      event('flow_started', {}),
      event('entered', { state: 'ask_it' }),
      event('entered', { state: 'last', from: 'ask_it', row: 'go.0' }),
    ];
    const running = flowMap(PACK, 'f', events);
    expect(running?.states.map(({ visited }) => visited)).toEqual(['passed', 'here']);
    expect(running?.states[0]?.ways.filter(({ taken }) => taken).map(({ row }) => row)).toEqual(['go.0']);
    const ended = flowMap(PACK, 'f', [
      ...events,
      event('ended', { state: 'last', row: 'go.0', outcome: 'done' }),
      { type: 'ended', data: { flow: 'g', outcome: 'x' } },
    ]);
    expect([ended?.outcome, ended?.states[1]?.visited, ended?.states[1]?.ways[0]?.taken]).toEqual([
      'done',
      'passed',
      true,
    ]);
  });

  test('shows a step that is switched off on the ticket that passed it by', () => {
    const events = [
      event('flow_started', {}),
      event('ended', { state: 'ask_it', row: 'otherwise', outcome: 'a_person' }),
    ];
    expect(flowMap(PACK, 'f', events)?.states[0]?.ways[0]).toMatchObject({
      label: 'switched off',
      title: 'A person',
      taken: true,
    });
  });
});
