import { api, closeAll, NOW, problem } from './support';

afterEach(closeAll);

describe('key figures', () => {
  it('asks with period, groups and filters, and answers as JSON [SEC-HD-197]', async () => {
    const { ask } = await api();
    const answer = await ask('GET', '/v1/reports/frt?period=2025-01&by=week,plan&plan=enterprise&channel=phone', {
      role: 'agent',
    });
    expect(answer.json()).toEqual({
      metric: 'frt',
      period: '2025-01',
      by: ['week', 'plan'],
      filters: { plan: 'enterprise', channel: 'phone' },
    });
  });
  it('answers as CSV [SEC-HD-197]', async () => {
    const { ask } = await api();
    const answer = await ask('GET', '/v1/reports/frt?format=csv', { role: 'ops' });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="frt.csv"');
    expect(answer.body).toBe('metric\nfrt\n');
  });
  it('refuses a period and groups that are none', async () => {
    const { ask } = await api();
    problem(await ask('GET', '/v1/reports/frt?period=yesterday', { role: 'ops' }), 'ESC_REQUEST_INVALID');
    problem(await ask('GET', '/v1/reports/frt?by=a;b', { role: 'ops' }), 'ESC_REQUEST_INVALID');
  });
});

it('gives the conversations behind a report, a line each [TS-290]', async () => {
  const asked: unknown[] = [];
  const { ask } = await api({}, (ports) => {
    ports.reports = {
      ...ports.reports,
      transcripts: async (...args) => {
        asked.push(args);
        return '{"id":"T-1"}\n';
      },
    };
  });
  const answer = await ask('GET', '/v1/reports/deep_dive/2026-03/transcripts?pack=trust_safety', { role: 'agent' });
  expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  expect(answer.headers['content-disposition']).toBe('attachment; filename="deep_dive-2026-03.ndjson"');
  expect(answer.body).toBe('{"id":"T-1"}\n');
  expect(asked).toEqual([['deep_dive', '2026-03', expect.objectContaining({ kind: 'staff' }), 'trust_safety']]);
  problem(await ask('GET', '/v1/reports/deep_dive/march/transcripts', { role: 'agent' }), 'ESC_REQUEST_INVALID');
});

it('asks another pack than the default one where it is named', async () => {
  const { ask } = await api();
  const answer = await ask('GET', '/v1/reports/frt?pack=trust_safety', { role: 'agent' });
  expect(answer.json()).toMatchObject({ pack: 'trust_safety' });
  const part = await ask('GET', '/v1/reports/safety.frt?pack=support_desk', { role: 'agent' });
  expect(part.json()).toMatchObject({ metric: 'safety.frt', pack: 'support_desk' });
  problem(await ask('GET', '/v1/reports/safety..frt', { role: 'agent' }), 'ESC_REQUEST_INVALID');
});

it('stores measurements at the instant they belong to, else now', async () => {
  const stored: unknown[] = [];
  const { ask } = await api({}, (ports) => {
    ports.reports = {
      ...ports.reports,
      addPoints: async (series, points, at, by) => stored.push([series, points, at, by]),
    };
  });
  const body = {
    points: [
      { value: 8, labels: { team: 'a' } },
      { value: 9, at: '2026-03-01T10:00:00Z', key: 'k' },
    ],
  };
  expect((await ask('POST', '/v1/series/agents_online', { role: 'intake', body })).json()).toEqual({ stored: 1 });
  expect(stored).toEqual([
    [
      'agents_online',
      [
        { value: 8, at: NOW, labels: { team: 'a' } },
        { value: 9, at: NOW - 24 * 3_600_000, labels: {}, key: 'k' },
      ],
      NOW,
      'intake desk',
    ],
  ]);
  const wrong = { points: [{ value: 8, at: 'tomorrow' }] };
  problem(await ask('POST', '/v1/series/agents_online', { role: 'intake', body: wrong }), 'ESC_INSTANT_INVALID');
});
