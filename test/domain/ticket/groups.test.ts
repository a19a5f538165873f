import { compilePackText } from '../../support/pack';
import { Drive } from './drive';

const PACK = compilePackText(`
  fields: { eager: { bool: optional, default: true } }
  commitments:
    sooner: { from: opened, due: PT4H, met: agent_reply, marks: ["75%"], while: ticket.eager, group: response }
    later: { from: opened, due: PT8H, met: resolved, marks: ["75%"], group: response }
    alone: { from: opened, due: PT8H, met: resolved, marks: ["75%"] }
`);

describe('promises of one group', () => {
  test('warn by the earliest only, and are breached each by itself', () => {
    expect(new Drive(PACK).until('PT9H').log('mark', 'breached')).toEqual([
      'PT3H mark(sooner) 75%',
      'PT4H breached(sooner)',
      'PT6H mark(alone) 75%',
      'PT6H mark(later) 75%',
      'PT8H breached(alone)',
      'PT8H breached(later)',
    ]);
  });

  test('warn by the next one when the earliest is met or does not count', () => {
    const met = new Drive(PACK).give('PT1H', 'reply', { text: 'x' }).until('PT7H');
    expect(met.log('mark')).toEqual(['PT6H mark(alone) 75%', 'PT6H mark(later) 75%']);
    const idle = new Drive(PACK).give('PT1H', 'set', { eager: false }).until('PT7H');
    expect(idle.log('mark')).toEqual(['PT6H mark(alone) 75%', 'PT6H mark(later) 75%']);
  });

  test('stay silent while an earlier one is due', () => {
    const pack = compilePackText(`
      commitments:
        sooner: { from: opened, due: PT8H, met: agent_reply, marks: ["90%"], group: response }
        later: { from: opened, due: PT9H, met: resolved, marks: ["50%"], group: response }
    `);
    expect(new Drive(pack).until('PT7H59M').log('mark')).toEqual(['PT7H12M mark(sooner) 90%']);
  });
});
