/** The dashboard of SecureAI, widget by widget. */
import { resolve } from 'node:path';
import type { History } from '../../src/domain/metrics/history';
import type { Evidence } from '../../src/domain/metrics/items';
import type { CompiledPack } from '../../src/domain/policy/types';
import { loadPack } from '../../src/policies/load';
import type { ReportContent } from '../../src/reports/content';
import { JANUARY, period, series, tickets, type Line } from '../support/histories';
import { part, reportOf } from '../support/report-parts';

let pack: CompiledPack;
beforeAll(async () => {
  ({ pack } = await loadPack(resolve(__dirname, '../../policies/secureai')));
});

const report = (
  name: string,
  histories: readonly History[],
  when = JANUARY,
  points: Evidence['series'] = {},
): ReportContent => reportOf(pack, name, histories, when, points);
describe('the dashboard', () => {
  const NOW = period('2025-01-27T20:00:00Z', '2025-01-27T20:00:00Z');
  it('has six widgets in the order and the words of the document [SEC-HD-185] [SEC-HD-186] [SEC-HD-187] [SEC-HD-188] [SEC-HD-189] [SEC-HD-190]', () => {
    const points = {
      ...series('agents_online', [['2025-01-27T19:00:00Z', 8]]),
      ...series('agents_total', [['2025-01-01T00:00:00Z', 10]]),
    };
    const breached: Line = ['PT1H', 'breached', { subject: 'first_response', owner: 'commitment' }];
    const all = [
      ...tickets(45, { opened: '2025-01-25T12:00:00Z', ticket: { topic: 'Upload failures' } }),
      ...tickets(2, { opened: '2025-01-27T14:00:00Z', ticket: { topic: 'Billing' }, lines: [breached] }),
    ];
    const content = report('dashboard', all, NOW, points);
    expect(content.parts.map((one) => one.title)).toEqual([
      'Ticket Overview',
      'SLA Compliance',
      'Team Performance',
      'Channel Distribution',
      'Top Issues (last 7 days)',
      'Customer Satisfaction',
    ]);
    expect(part(content, 'Ticket Overview').slice(0, 4)).toEqual([
      'Open tickets: 47',
      'In progress: 0',
      'Pending customer: 0',
      'Resolved today: 0',
    ]);
    expect(part(content, 'SLA Compliance').at(-1)).toBe('SLA breaches today: 2 ⚠️');
    expect(part(content, 'Team Performance')[0]).toBe('Agents online: 8/10');
    expect(part(content, 'Channel Distribution')).toEqual(['Email: 100%']);
    expect(part(content, 'Top Issues (last 7 days)')).toEqual(['Upload failures: 45 tickets', 'Billing: 2 tickets']);
    expect(part(content, 'Customer Satisfaction').at(-1)).toBe('Trend:  no data');
  });
  it('warns of no breach where there is none [SEC-HD-186]', () => {
    expect(part(report('dashboard', [], NOW), 'SLA Compliance').at(-1)).toBe('SLA breaches today: 0');
  });
});
