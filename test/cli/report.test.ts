/** Key figures, reports and conversations on the command line, against a small server that stands for the API. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tocsin } from './support';

const FIGURE = {
  metric: 'false_positive_rate',
  title: 'False positive rate',
  target: '< 10%',
  period: { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' },
  by: [],
  total: { value: 0.1, n: 100, text: '10.0%', mark: 'fail' },
  groups: [],
};
const ANSWERS: Record<string, [number, string]> = {
  '/v1/reports/false_positive_rate?pack=trust_safety&period=2026-03': [200, JSON.stringify(FIGURE)],
  '/v1/reports/deep_dive?pack=trust_safety&period=2026-03': [
    404,
    JSON.stringify({ code: 'ESC_METRIC_UNKNOWN', detail: 'no metric', status: 404 }),
  ],
  '/v1/reports/deep_dive/2026-03?pack=trust_safety&format=text': [200, 'Deep dive March 2026\n'],
  '/v1/reports/deep_dive/2026-03?pack=trust_safety&format=json': [200, JSON.stringify({ report: 'deep_dive' })],
  '/v1/reports/deep_dive': [404, JSON.stringify({ code: 'ESC_METRIC_UNKNOWN', detail: 'no metric', status: 404 })],
  '/v1/reports/deep_dive/2026-03/transcripts?pack=trust_safety': [200, '{"id":"T-1"}\n{"id":"T-2"}\n'],
};

let server: Server;
const before = { ...process.env };
beforeAll(async () => {
  server = createServer((request, response) => {
    const [status, body] = ANSWERS[request.url ?? ''] ?? [
      404,
      JSON.stringify({ code: 'ESC_NOT_FOUND', detail: request.url, status: 404 }),
    ];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['TOCSIN_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['TOCSIN_API_KEY'] = 'key';
});
afterAll(async () => {
  process.env = before;
  await new Promise((resolve) => server.close(resolve));
});

const OF = ['--pack', 'trust_safety'];

test('report shows a key figure of the pack that is named', async () => {
  const { code, out } = await tocsin(['report', 'false_positive_rate', '--period', '2026-03', ...OF]);
  expect(code).toBe(0);
  expect(out).toContain('False positive rate: 10.0% ❌, target < 10%, n = 100');
});

test('report shows a report where the name is one and a period is given', async () => {
  expect((await tocsin(['report', 'deep_dive', '--period', '2026-03', ...OF])).out).toBe('Deep dive March 2026');
  const json = await tocsin(['report', 'deep_dive', '--period', '2026-03', ...OF, '--json']);
  expect(JSON.parse(json.out)).toEqual([{ report: 'deep_dive' }]);
  const { code, err } = await tocsin(['report', 'deep_dive']);
  expect([code, err]).toEqual([1, expect.stringContaining('ESC_METRIC_UNKNOWN')]);
});

test('transcripts prints a conversation a line, or one array [TS-290]', async () => {
  expect((await tocsin(['transcripts', 'deep_dive', '2026-03', ...OF])).out).toBe('{"id":"T-1"}\n{"id":"T-2"}');
  const json = await tocsin(['transcripts', 'deep_dive', '2026-03', ...OF, '--json']);
  expect(JSON.parse(json.out)).toEqual([{ id: 'T-1' }, { id: 'T-2' }]);
});
