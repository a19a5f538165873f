import { parse } from 'yaml';
import { rehearseText } from '../../src/http/rehearsal';
import { api, closeAll, problem } from './support';

afterEach(closeAll);

const SCENARIO = {
  policy: 'secureai',
  opened: '2026-03-02T10:00:00Z',
  until: 'PT1H',
  ticket: { subject: 'Down', customer: { name: 'Jane', email: 'jane@example.com', plan: 'starter' } },
};

describe('POST /v1/rehearsals', () => {
  it('takes a scenario as JSON and returns its timeline and what became of the expectations', async () => {
    const { ask, world } = await api();
    const response = await ask('POST', '/v1/rehearsals', { role: 'ops', body: SCENARIO });
    expect(response.json()).toEqual({
      ok: true,
      timeline: [
        { at: '2026-03-02T10:00:00Z', offset: 'PT0S', type: 'opened', summary: 'opened', clauses: [], data: {} },
      ],
      expectations: [{ ok: true, kind: 'expect', text: 'opened' }],
    });
    expect(parse(world.scenarios[0] ?? '')).toEqual(SCENARIO);
  });

  it.each(['application/yaml', 'text/yaml; charset=utf-8', 'text/plain', 'application/x-yaml'])(
    'takes it as YAML text: %s',
    async (type) => {
      const { ask, world } = await api();
      const body = 'policy: secureai # the default\nopened: 2026-03-02T10:00:00Z\n';
      expect(
        (await ask('POST', '/v1/rehearsals', { role: 'ops', body, headers: { 'content-type': type } })).statusCode,
      ).toBe(200);
      expect(world.scenarios).toEqual([body]);
    },
  );

  it.each([[[SCENARIO]], [7], ['""'], [null]])('refuses what is no scenario: %j', async (body) => {
    const { ask } = await api();
    const response = await ask('POST', '/v1/rehearsals', {
      role: 'ops',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    if (body === '""') expect(response.statusCode).toBe(200);
    else problem(response, 'ESC_REQUEST_INVALID');
  });

  it.each(['ESC_SCENARIO_INVALID', 'ESC_PACK_UNKNOWN', 'ESC_PACK_INVALID'] as const)(
    'hands on %s with its places',
    async (code) => {
      const { ask, world } = await api();
      world.fail('rehearse', code, 'scenario:3:1 until: must be a duration', {
        faults: ['scenario:3:1 until: must be a duration'],
      });
      expect(problem(await ask('POST', '/v1/rehearsals', { role: 'ops', body: SCENARIO }), code)).toMatchObject({
        detail: expect.stringContaining('3:1'),
        details: { faults: expect.any(Array) },
      });
    },
  );
});

describe('a scenario that came over HTTP', () => {
  const source = (extra: object) => JSON.stringify({ ...SCENARIO, ...extra });

  it('is played on the core, with the expectations held against it', async () => {
    const { ok, rows, checks } = await rehearseText(
      source({ expect: [{ event: 'opened' }, { event: 'moon_landing' }] }),
    );
    expect(rows[0]).toMatchObject({ at: '2026-03-02T10:00:00Z', offset: 'PT0S', type: 'opened' });
    expect([ok, checks.map((check) => check.ok)]).toEqual([false, [true, false]]);
  });

  it.each(['../../etc', '/etc/passwd', './policies/secureai', 'a.yaml', '..', 'policies/secureai'])(
    'cannot name a file: %p',
    async (policy) => {
      await expect(rehearseText(source({ policy }))).rejects.toMatchObject({ code: 'ESC_PACK_UNKNOWN' });
    },
  );

  it.each([
    ['a pack that is not here', source({ policy: 'nosuch' }), 'ESC_PACK_UNKNOWN'],
    ['more than three months', source({ until: 'P93D' }), 'ESC_SCENARIO_INVALID'],
    [
      'more than a thousand steps',
      source({ script: Array.from({ length: 1_001 }, () => ({ at: 'PT1M', do: 'note' })) }),
      'ESC_SCENARIO_INVALID',
    ],
    ['no YAML', 'a: [', 'ESC_SCENARIO_INVALID'],
    [
      'aliases that explode',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[i]}`).join(',')}]`)
        .join('\n')}`,
      'ESC_SCENARIO_INVALID',
    ],
  ])('is refused: %s', async (_what, text, code) => {
    await expect(rehearseText(text)).rejects.toMatchObject({ code });
  });

  it('names the line and column of a fault, and no folder of ours', async () => {
    const error: Error = (await rehearseText('policy: secureai\nopened: yesterday\nuntil: PT1H\n').catch(
      (failure: Error) => failure,
    )) as Error;
    expect(error.message).toContain('scenario:2:9 opened: must be RFC 3339');
    expect(error.message).not.toContain(process.cwd());
  });
});
