import { connect, type AddressInfo } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { ERRORS, type ErrorCode } from '../../src/domain/errors';
import { listen } from '../../src/http/server';
import { api, closeAll, OPENING, problem, TICKET, type Doc, type World } from './support';

afterEach(closeAll);

describe('limits', () => {
  it('take a body of 256 KiB and not a byte more', async () => {
    const { ask } = await api();
    const sized = (size: number) => {
      const frame = JSON.stringify({ ...OPENING, body: '' }).length;
      return ask('POST', '/v1/tickets', { role: 'intake', body: { ...OPENING, body: 'x'.repeat(size - frame) } });
    };
    expect((await sized(256 * 1024)).statusCode).toBe(201);
    problem(await sized(256 * 1024 + 1), 'ESC_BODY_TOO_LARGE');
  });

  it('count the requests of a key wherever it calls from, and say when to go on', async () => {
    const { ask } = await api({ rateLimit: { max: 3, windowMs: 60_000 } });
    const from = (n: number) => ask('GET', TICKET, { role: 'agent', remoteAddress: `10.0.0.${n}` });
    for (let n = 1; n <= 4; n++) expect((await from(n)).statusCode).toBe(200);
    const response = await from(5);
    problem(response, 'ESC_RATE_LIMITED');
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await ask('GET', TICKET, { role: 'ops', remoteAddress: '10.0.0.5' })).statusCode).toBe(200);
  });

  it('make guessing keys slow, and keep the store from it', async () => {
    const { ask, world } = await api({ rateLimit: { max: 3, windowMs: 60_000 } });
    const guess = (n: number) => ask('GET', TICKET, { headers: { authorization: `Bearer tocsin_guess_${n}aaaaaaaa` } });
    for (let n = 1; n <= 3; n++) problem(await guess(n), 'ESC_UNAUTHENTICATED');
    for (let n = 4; n <= 9; n++) problem(await guess(n), 'ESC_RATE_LIMITED');
    expect(world.verified).toBe(3);
  });

  it('count addresses where there is nothing, and leave the health check alone', async () => {
    const { ask } = await api({ rateLimit: { max: 2, windowMs: 60_000 } });
    for (let n = 0; n < 2; n++) problem(await ask('GET', '/wp-admin'), 'ESC_NOT_FOUND');
    problem(await ask('GET', '/wp-admin'), 'ESC_RATE_LIMITED');
    for (let n = 0; n < 5; n++) expect((await ask('GET', '/healthz')).statusCode).toBe(200);
  });

  it('believe no X-Forwarded-For unless a proxy is named', async () => {
    const { ask } = await api({ rateLimit: { max: 1, windowMs: 60_000 } });
    await ask('GET', '/status', { headers: { 'x-forwarded-for': '1.1.1.1' } });
    problem(await ask('GET', '/status', { headers: { 'x-forwarded-for': '2.2.2.2' } }), 'ESC_RATE_LIMITED');
  });
});

describe('request ids', () => {
  it('are taken over, returned and named in the problem document', async () => {
    const { ask } = await api();
    const response = await ask('GET', '/nothing', { headers: { 'x-request-id': 'gateway-42' } });
    expect(response.headers['x-request-id']).toBe('gateway-42');
    expect(problem(response, 'ESC_NOT_FOUND')['requestId']).toBe('gateway-42');
  });

  it.each(['a b', '<script>', 'x'.repeat(65), 'a"b', 'ä'])('are made anew when they are hostile: %s', async (id) => {
    const { ask } = await api();
    const response = await ask('GET', TICKET, { role: 'agent', headers: { 'x-request-id': id } });
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('problem documents', () => {
  it.each(Object.keys(ERRORS) as ErrorCode[])(
    '%s has the members of RFC 9457 and the status of the catalogue',
    async (code) => {
      const { ask, world } = await api();
      world.fail('view', code, 'the value 7 is wrong');
      const response = await ask('GET', `${TICKET}?token=secret`, { role: 'agent' });
      const body = problem(response, code);
      const { status, retryable, meaning } = ERRORS[code];
      expect(body).toMatchObject({ status, retryable, instance: TICKET, title: expect.any(String) });
      expect(meaning.startsWith(body['title'] as string)).toBe(true);
      expect(body['detail']).toBe(
        status < 500 || ['ESC_OUTCOME_UNKNOWN', 'ESC_PROVIDER_REFUSED'].includes(code)
          ? 'the value 7 is wrong'
          : meaning,
      );
      expect(response.headers['retry-after'] !== undefined).toBe(retryable && status !== 500);
    },
  );

  it('say nothing of a defect but its request id; the log says the rest', async () => {
    const lines: string[] = [];
    const { ask, world } = await api({ log: { level: 'info', stream: { write: (line) => lines.push(line) } } });
    world.failures.view = new Error('cannot read postgres://user:hunter2@db of undefined');
    const response = await ask('GET', TICKET, { role: 'agent' });
    const { requestId } = problem(response, 'ESC_INTERNAL');
    expect(response.body).not.toMatch(/hunter2|undefined|stack/);
    expect(lines.some((line) => line.includes('hunter2') && line.includes(requestId as string))).toBe(true);
  });

  it.each(['string', undefined, null, 42, { code: 'toString' }, { code: 'ESC_NOT_A_CODE' }, { statusCode: 200 }])(
    'come of anything that is thrown: %p',
    async (thrown) => {
      const { ask } = await api({}, (ports) => {
        ports.tickets.view = async () => {
          throw thrown as unknown as Error;
        };
      });
      problem(await ask('GET', TICKET, { role: 'agent' }), 'ESC_INTERNAL');
    },
  );

  it.each([
    ['broken JSON', '{"subject":', 'application/json'],
    ['no JSON at all', '', 'application/json'],
    ['a media type that nobody reads', '<a/>', 'application/xml'],
    ['a poisoned prototype', '{"__proto__":{"admin":true},"subject":"x"}', 'application/json'],
    ['YAML where JSON belongs', 'subject: x', 'application/yaml'],
  ])('refuse %s', async (_what, body, type) => {
    const { ask, world } = await api();
    problem(
      await ask('POST', '/v1/tickets', { role: 'intake', body, headers: { 'content-type': type } }),
      'ESC_REQUEST_INVALID',
    );
    expect(world.opens).toHaveLength(0);
  });

  it.each(['/%E0%A4%A', '/v1/tickets/%zz'])('answer an address that cannot be read: %s', async (url) => {
    const { ask } = await api();
    problem(await ask('GET', url, { role: 'agent' }), 'ESC_REQUEST_INVALID');
  });

  it.each([
    ['GET', '/v2/tickets'],
    ['POST', '/status'],
    ['GET', `${TICKET}/commands/acknowledge`],
  ] as const)('say that there is nothing: %s %s', async (method, url) => {
    const { ask } = await api();
    expect(problem(await ask(method, url, { role: 'admin' }), 'ESC_NOT_FOUND')['detail']).toContain(url);
  });

  it('come of a view that does not have the documented form, and not the view', async () => {
    const { ask } = await api({}, (ports) => {
      const { view } = ports.tickets;
      ports.tickets.view = async (id) => ({ ...(await view(id)), is: 'secret' as never });
    });
    const response = await ask('GET', TICKET, { role: 'agent' });
    problem(response, 'ESC_INTERNAL');
    expect(response.body).not.toContain('secret');
  });
});

describe('answers', () => {
  it('hold nothing that the schema does not name', async () => {
    const { ask } = await api({}, (ports) => {
      const { view } = ports.tickets;
      ports.tickets.view = async (id) => ({ ...(await view(id)), internalKey: 'secret' }) as never;
    });
    expect((await ask('GET', TICKET, { role: 'agent' })).body).not.toContain('secret');
  });

  it('are not kept by caches and not guessed at', async () => {
    const { ask } = await api();
    const { headers } = await ask('GET', TICKET, { role: 'agent' });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json; charset=utf-8',
    });
  });
});

describe('logs', () => {
  it('hold no secret, no body, no query', async () => {
    const lines: string[] = [];
    const { ask, app } = await api({ log: { level: 'trace', stream: { write: (line) => lines.push(line) } } });
    await ask('POST', '/v1/tickets', { role: 'intake', body: { ...OPENING, subject: 'PRIVATE-SUBJECT' } });
    await ask('GET', '/v1/tickets?q=jane@example.com', { role: 'ops' });
    await ask('GET', '/v1/tickets?state=PRIVATE-STATE', { role: 'ops' });
    app.log.info({ headers: { authorization: 'Bearer tocsin_x' }, body: { text: 'PRIVATE' } }, 'careless');
    const all = lines.join('');
    expect(all).toContain('/v1/tickets');
    expect(all).toContain('careless');
    expect(all).not.toMatch(/tocsin_|PRIVATE|jane@/);
  });
});

describe('the service', () => {
  it('is healthy and ready, without telling the public how', async () => {
    const { ask } = await api();
    expect((await ask('GET', '/healthz')).json()).toEqual({ status: 'ok' });
    const ready = await ask('GET', '/readyz');
    expect(ready.json()).toEqual({
      ready: true,
      checks: ['store', 'temporal', 'packs'].map((name) => ({ name, ok: true })),
    });
    expect(ready.body).not.toContain('secret');
  });

  it.each([
    [
      'a part is down',
      (world: World) => (world.ready = world.ready.map((one) => ({ ...one, ok: one.name !== 'temporal' }))),
      'temporal',
    ],
    ['the check itself fails', (world: World) => world.fail('ready', 'ESC_INTERNAL'), 'checks'],
    ['nothing was checked', (world: World) => (world.ready = []), undefined],
  ])('is not ready when %s', async (_what, change, part) => {
    const { ask, world } = await api();
    change(world);
    const response = await ask('GET', '/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('2');
    expect(response.json().ready).toBe(false);
    expect(
      response
        .json()
        .checks.filter((check: Doc) => !check.ok)
        .map((check: Doc) => check.name),
    ).toEqual(part === undefined ? [] : [part]);
  });

  it('measures requests by route, never by id, and exposes what else is measured', async () => {
    const other = new Registry();
    new Gauge({ name: 'tocsin_lateness', help: 'x', registers: [other] }).set(3);
    const { ask } = await api({ registries: [other] });
    await ask('GET', TICKET, { role: 'agent' });
    await ask('GET', '/some/where');
    const response = await ask('GET', '/metrics', { role: 'ops' });
    expect(response.headers['content-type']).toMatch(/^text\/plain/);
    expect(response.body).toContain(
      'tocsin_http_request_duration_seconds_count{method="GET",route="/v1/tickets/:id",status="200"} 1',
    );
    expect(response.body).toContain('route="(none)",status="404"');
    expect(response.body).toContain('tocsin_lateness 3');
    expect(response.body).not.toContain('TICK-');
  });

  it('listens on this machine alone', async () => {
    const { app } = await api();
    expect(await listen(app, 0)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((app.server.address() as AddressInfo).address).toBe('127.0.0.1');
  });

  it('survives what is no HTTP', async () => {
    const { app } = await api();
    await listen(app, 0);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1', () =>
        socket.end('GET / HTTP/1.1\r\nHost: x\r\nBad Header\0: y\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (part) => (text += part.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
  });
});
