import { api, closeAll, problem, type Doc } from './support';

afterEach(closeAll);
const FORM = { 'content-type': 'application/x-www-form-urlencoded', host: 'tocsin.example' };
const ITEM = '/dashboard/checklists/setup/items/known';

describe('checklists', () => {
  it('say what is in place and who ticked the rest, with name and date [TS-217] [TS-225]', async () => {
    const { ask, world } = await api();
    const before = (await ask('GET', '/v1/checklists', { role: 'agent' })).json<{ checklists: Doc[] }>();
    expect(before.checklists[0]).toMatchObject({
      done: 0,
      items: [
        { kind: 'automatic', state: 'open' },
        { kind: 'human', state: 'open', role: 'lead' },
      ],
    });
    const after = await ask('POST', '/v1/checklists/setup/items/known', {
      role: 'ops',
      body: { by: 'Ada', note: 'asked all' },
    });
    expect(after.json<{ checklists: Doc[] }>().checklists[0]).toMatchObject({
      done: 1,
      items: [
        {},
        { state: 'done', tick: { done: true, by: 'Ada', note: 'asked all', at: expect.stringMatching(/Z$/) } },
      ],
    });
    expect(world.tickedBy).toHaveLength(1);
    const back = await ask('POST', '/v1/checklists/setup/items/known', {
      role: 'ops',
      body: { by: 'Bob', done: false },
    });
    expect(back.json<{ checklists: Doc[] }>().checklists[0]).toMatchObject({
      items: [{}, { state: 'open', tick: { by: 'Bob' } }],
    });
  });

  it('take no tick for what the system checks, for nothing that is there, or from nobody', async () => {
    const { ask } = await api();
    const post = (item: string, body: object) =>
      ask('POST', `/v1/checklists/setup/items/${item}`, { role: 'admin', body });
    problem(await post('voice', { by: 'Ada' }), 'ESC_FIELD_INVALID');
    problem(await post('other', { by: 'Ada' }), 'ESC_NOT_FOUND');
    problem(await post('known', {}), 'ESC_REQUEST_INVALID');
  });

  it('are a page on which every value is escaped, with a form for each item of a person', async () => {
    const { ask } = await api();
    const { body, headers } = await ask('GET', '/dashboard/checklists', { role: 'agent' });
    expect(body).toContain('A &lt;b&gt;voice&lt;/b&gt;');
    expect(body).toContain('0 of 2 done');
    expect(body.match(/<form/g)).toHaveLength(1);
    expect(body).toContain(`action="${ITEM}"`);
    expect(headers['content-security-policy']).toContain("form-action 'self'");
  });

  it('are ticked on the page, and the browser is sent back to it', async () => {
    const { ask, world } = await api();
    const answer = await ask('POST', ITEM, {
      role: 'ops',
      body: 'by=Ada+Lee&note=&pack=trust_safety&done=true',
      headers: { ...FORM, origin: 'http://tocsin.example' },
    });
    expect([answer.statusCode, answer.headers['location']]).toEqual([
      303,
      '/dashboard/checklists?pack=trust_safety#setup',
    ]);
    expect(world.ticks['setup.known']).toMatchObject({ done: true, by: 'Ada Lee' });
    problem(await ask('POST', ITEM, { role: 'ops', body: 'by=+', headers: FORM }), 'ESC_REQUEST_INVALID');
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin that can be told', { origin: 'null' }],
    ['an origin that is no address', { origin: 'tocsin.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('take no form of %s: a browser sends its key along', async (_what, headers) => {
    const { ask, world } = await api();
    problem(
      await ask('POST', ITEM, { role: 'admin', body: 'by=Ada', headers: { ...FORM, ...headers } }),
      'ESC_NOT_PERMITTED',
    );
    expect(world.ticks).toEqual({});
  });
});
