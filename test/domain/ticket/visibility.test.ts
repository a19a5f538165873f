import type { CompiledPack, FieldDef, RoleDef } from '../../../src/domain/policy/types';
import { mayRead, visibleData, visibleFields, type Reader } from '../../../src/domain/ticket/visibility';

const field = (name: string, visible: string): FieldDef => ({
  name,
  type: 'text',
  values: [],
  required: false,
  visible,
  personal: false,
  clauses: [],
});
const role = (name: string, group?: string[]): RoleDef => ({ name, clauses: [], ...(group ? { group } : {}) });
const PACK = {
  fields: { summary: field('summary', 'all'), verdict: field('verdict', 'staff'), loss: field('loss', 'risk_unit') },
  people: {
    risk_unit: role('risk_unit'),
    lawyer: role('lawyer'),
    management: role('management', ['director']),
    board: role('board', ['management']),
    director: role('director'),
  },
  paths: {
    inside: { name: 'inside', status: 'Escalated - CIO', visible: 'staff' },
    open: { name: 'open', status: 'escalated' },
  },
} as unknown as Pick<CompiledPack, 'fields' | 'people' | 'paths'>;
const TICKET = { id: 'T', status: 'created', tier: 2, summary: 's', verdict: 'v', loss: '9', restricted_to: [] };

const CUSTOMER: Reader = { kind: 'customer' };
const staff = (...groups: string[]): Reader => ({ kind: 'staff', groups });
const ALL: Reader = { kind: 'staff', groups: [], all: true };

describe('fields', () => {
  test.each([
    ['a customer', CUSTOMER, ['id', 'status', 'summary']],
    ['staff', staff(), ['id', 'restricted_to', 'status', 'summary', 'tier', 'verdict']],
    ['the group', staff('risk_unit'), ['id', 'loss', 'restricted_to', 'status', 'summary', 'tier', 'verdict']],
    ['another group', staff('lawyer'), ['id', 'restricted_to', 'status', 'summary', 'tier', 'verdict']],
    ['whoever reads everything', ALL, ['id', 'loss', 'restricted_to', 'status', 'summary', 'tier', 'verdict']],
  ])('%s sees what is theirs', (_who, reader, names) => {
    expect(Object.keys(visibleFields(PACK, TICKET, reader)).sort()).toEqual(names);
  });

  test.each([
    ['Escalated - CIO', CUSTOMER, 'in_progress'],
    ['Escalated - CIO', staff(), 'Escalated - CIO'],
    ['escalated', CUSTOMER, 'escalated'],
  ])('[CSR-001] the status %s of a path is read as its path says', (status, reader, read) => {
    expect(visibleFields(PACK, { ...TICKET, status }, reader)['status']).toBe(read);
  });

  test('a change of a hidden field is told without its values', () => {
    const data = { field: 'loss', from: '1', to: '9', table: 't' };
    expect(visibleData(PACK, data, staff())).toEqual({ field: 'loss', from: null, to: null, table: 't' });
    expect(visibleData(PACK, data, staff('risk_unit'))).toEqual(data);
    expect(visibleData(PACK, { loss: '9', text: 'x' }, staff())).toEqual({ loss: null, text: 'x' });
  });

  it('are left out wherever they stand in an event: what a question was made from, a model was told, an answer', () => {
    const told = {
      inputs: { 'ticket.loss': '9', 'message.body': 'x', collected: { loss: '9' } },
      context: { template: 'why', vars: { ticket: { loss: '9', subject: 'S' } } },
      value: { loss: { value: '9', score: 90 } },
      with: [{ loss: '9' }],
    };
    expect(visibleData(PACK, told, staff())).toEqual({
      inputs: { 'ticket.loss': null, 'message.body': 'x', collected: { loss: null } },
      context: { template: 'why', vars: { ticket: { loss: null, subject: 'S' } } },
      value: { loss: null },
      with: [{ loss: null }],
    });
    expect(visibleData(PACK, told, staff('risk_unit'))).toEqual(told);
  });
});

describe('restricted tickets', () => {
  const ticket = { ...TICKET, restricted_to: ['risk_unit', 'board'] };
  test.each([
    ['nobody in particular', staff(), false],
    ['another role', staff('lawyer'), false],
    ['the role', staff('risk_unit'), true],
    ['a member of a group of the group', staff('director'), true],
    ['whoever reads everything', ALL, true],
    ['the customer whose ticket it is', CUSTOMER, true],
  ])('%s', (_who, reader, may) => {
    expect(mayRead(PACK.people, ticket, reader)).toBe(may);
  });

  test('a ticket that is not restricted is for all of the staff', () => {
    expect(mayRead(PACK.people, TICKET, staff())).toBe(true);
    expect(mayRead(PACK.people, { id: 'T' }, staff())).toBe(true);
  });
});
