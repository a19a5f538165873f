import { contactOf } from '../../../src/domain/ticket/contacts';
import { blankState } from '../../../src/domain/ticket/evolve';
import { compilePackText } from '../../support/pack';

const pack = compilePackText(`
pack: people
version: { id: "1", from: 2026-01-01 }
people:
  on_duty: { rota: engineering }
  lead: { email: lead@example.com, rota: engineering }
  silent: { fallback: lead }
rotas:
  engineering: { zone: Europe/Berlin, start: 2026-01-05, handover: { day: mon, time: "09:00" }, people: [{ name: Ada, email: ada@example.com }] }
`);
const scope = {
  pack,
  state: blankState('TICK-1', { id: 'people', version: '1', hash: '' }),
  event: { type: 'opened', at: 0, by: { name: 'x', kind: 'person' as const }, data: {} },
};

describe('whom a role stands for', () => {
  it('is its rotation where it has no address of its own: the person is looked up at the delivery', () => {
    expect(contactOf(scope, 'on_duty', 'page')).toMatchObject({ role: 'on_duty', to: 'engineering', channel: 'page' });
    expect(contactOf(scope, 'on_duty', 'email')).toMatchObject({ to: 'engineering' });
    expect(contactOf(scope, 'on_duty', 'slack')).toBeUndefined();
  });

  it('is its own address first, and its fallback last', () => {
    expect(contactOf(scope, 'lead', 'email')).toMatchObject({ to: 'lead@example.com', via: [] });
    expect(contactOf(scope, 'silent', 'email')).toMatchObject({
      role: 'silent',
      to: 'lead@example.com',
      via: ['silent'],
    });
  });
});
