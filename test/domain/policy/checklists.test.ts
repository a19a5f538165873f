import { checkList, valueAtPlace, type CheckEvidence } from '../../../src/domain/policy/checklists';
import type { CheckItemDef } from '../../../src/domain/policy/checklist-types';
import type { CompiledPack } from '../../../src/domain/policy/types';

const PACK = {
  voices: { bot: { speaksAs: 'Bob', delay: { from: 1, to: 2 }, manner: 'Calm and kind' } },
  fields: { off: { default: { lit: false } } },
  flows: {
    f: {
      states: {
        a: {
          go: [{ to: 'b' }],
          do: [
            { do: 'tag', tag: { lit: 'x' } },
            { do: 'deliver', template: 'mail' },
            { do: 'note', note: { lit: { template: 'log' } } },
          ],
          collect: { items: [{ field: 'who' }] },
        },
      },
    },
  },
} as unknown as CompiledPack;

const item = (more: Partial<CheckItemDef>): CheckItemDef => ({
  ...{ name: 'one', title: 'One', pack: [], scenarios: [], seen: [], clauses: [] },
  ...more,
});
const check = (more: Partial<CheckItemDef>, evidence: CheckEvidence = {}) =>
  checkList(PACK, { name: 'list', title: 'List', items: [item(more)], clauses: [] }, evidence);

describe('a place of the pack', () => {
  test.each([
    ['voices.bot.speaks_as', 'Bob'],
    ['voices.bot.delay', { from: 1, to: 2 }],
    ['fields.off.default', false],
    ['flows.f.states.a.go.0.to', 'b'],
    ['flows.f.states.a.collect.items.who', { field: 'who' }],
    ['voices.other', undefined],
    ['voices.bot.constructor', undefined],
    ['voices.bot.speaks_as.length', undefined],
  ])('%s', (place, value) => expect(valueAtPlace(PACK, place)).toEqual(value));
});

describe('an item that the system checks', () => {
  test.each([
    [{ at: 'voices.bot' }, 'done', 'voices.bot'],
    [{ at: 'voices.rob' }, 'open', 'the pack has no voices.rob'],
    [{ at: 'voices.bot.speaks_as', is: 'Bob' }, 'done', 'voices.bot.speaks_as is Bob'],
    [{ at: 'voices.bot.speaks_as', is: 'Rob' }, 'open', 'voices.bot.speaks_as is Bob, not Rob'],
    [{ at: 'voices.bot.manner', has: 'kind' }, 'done', 'voices.bot.manner has kind'],
    [{ at: 'flows.f.states.a.do', has: 'x' }, 'done', 'flows.f.states.a.do has x'],
    [{ at: 'flows.f.states.a.do', has: 'mail' }, 'done', 'flows.f.states.a.do has mail'],
    [{ at: 'flows.f.states.a.do', has: 'log' }, 'done', 'flows.f.states.a.do has log'],
    [{ at: 'flows.f.states.a.do', has: 'y' }, 'open', 'flows.f.states.a.do has no y'],
  ] as const)('by the pack: %j is %s', (proof, state, because) => {
    expect(check({ pack: [proof] }).items[0]).toMatchObject({ kind: 'automatic', state, because: [because] });
  });

  test.each([
    ['holds', { scenarios: { s: { ok: true } } }, 'done'],
    ['does not hold', { scenarios: { s: { ok: false, why: 'at PT1S' } } }, 'open'],
    ['is not there', { scenarios: {} }, 'open'],
    ['was not played', {}, 'unknown'],
  ])('by a scenario that %s', (_what, evidence, state) => {
    expect(check({ scenarios: ['s'] }, evidence).items[0]).toMatchObject({ state });
  });

  test('by what tickets have shown', () => {
    const seen = [{ name: 'delivered', subject: 'alert' }];
    expect(check({ seen }).items[0]?.state).toBe('unknown');
    expect(check({ seen }, { seen: { 'delivered(alert)': null } }).items[0]?.state).toBe('open');
    const found = { 'delivered(alert)': { ticket: 'TICK-20260302-001', at: '2026-03-02T10:00:00Z' } };
    expect(check({ seen }, { seen: found })).toMatchObject({
      done: 1,
      items: [{ state: 'done', because: ['delivered(alert) on TICK-20260302-001, 2026-03-02T10:00:00Z'] }],
    });
  });

  test('is open where one proof is, whatever else is not known', () => {
    expect(check({ pack: [{ at: 'voices.rob' }], scenarios: ['s'] }).items[0]?.state).toBe('open');
  });
});

describe('an item that a person ticks', () => {
  const tick = { done: true, by: 'Ada', at: '2026-03-02T10:00:00Z' };
  test('is done with name and date', () => {
    expect(check({ by: 'lead' }, { ticks: { 'list.one': { ...tick, note: 'asked all six' } } }).items[0]).toMatchObject(
      {
        ...{ kind: 'human', role: 'lead', state: 'done', tick: { by: 'Ada' } },
        because: ['ticked by Ada, 2026-03-02T10:00:00Z: asked all six'],
      },
    );
  });
  test('is open again when it is taken back, and not known where no stack was asked', () => {
    expect(check({ by: 'lead' }, { ticks: { 'list.one': { ...tick, done: false } } }).items[0]?.state).toBe('open');
    expect(check({ by: 'lead' }, { ticks: {} }).items[0]).toMatchObject({
      state: 'open',
      because: ['to be ticked by lead'],
    });
    expect(check({ by: 'lead' }).items[0]?.state).toBe('unknown');
  });
});
