import { execFileSync } from 'node:child_process';
import type { FastifyInstance } from 'fastify';
import { KEY_ROLES, ROUTE_ACCESS } from '../../src/http/access';
import { documentOf } from '../../src/http/openapi';
import { api, closeAll, type Doc } from './support';

let app: FastifyInstance;
let document: Doc;

beforeAll(async () => {
  ({ app } = await api());
  document = JSON.parse(JSON.stringify(documentOf(app)));
});
afterAll(closeAll);

const operations = (): [string, Doc][] =>
  Object.entries(document['paths'] as Doc).flatMap(([path, item]) =>
    Object.entries(item as Doc).map(([method, operation]): [string, Doc] => [
      `${method.toUpperCase()} ${path}`,
      operation as Doc,
    ]),
  );

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', () => {
    // The validator is ESM only, which jest loads in a process of its own without flags.
    const script = `import { Validator } from '@seriousme/openapi-schema-validator';
      const chunks = []; for await (const chunk of process.stdin) chunks.push(chunk);
      const validator = new Validator(); const result = await validator.validate(JSON.parse(Buffer.concat(chunks).toString()));
      if (result.valid) validator.resolveRefs();
      console.log(JSON.stringify({ valid: result.valid, errors: result.errors ?? [], version: validator.version }));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      input: JSON.stringify(document),
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual({ valid: true, errors: [], version: '3.1' });
  });

  it('is served with a key', async () => {
    const { ask } = await api();
    expect((await ask('GET', '/openapi.json', { role: 'intake' })).json()).toEqual(document);
    expect((await ask('GET', '/v1/openapi.json', { role: 'intake' })).json()).toEqual(document);
  });

  it('has every route, and no other', () => {
    const routes = Object.keys(ROUTE_ACCESS).map((route) => route.replace(/:(\w+)/g, '{$1}'));
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual(routes.sort());
    for (const route of Object.keys(ROUTE_ACCESS)) {
      const [method, url] = route.split(' ') as ['GET', string];
      expect([route, app.hasRoute({ method, url })]).toEqual([route, true]);
    }
  });

  it('names every operation once, in words', () => {
    const ids = operations().map(([, operation]) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, operation] of operations()) {
      expect([name, operation['operationId']]).toEqual([name, expect.stringMatching(/^[a-z][A-Za-z0-9]+$/)]);
      expect([name, operation['summary']]).toEqual([name, expect.stringMatching(/\w{3}/)]);
      expect([name, (document['tags'] as Doc[]).map((tag) => tag['name'])]).toEqual([
        name,
        expect.arrayContaining(operation['tags']),
      ]);
      expect(operation['tags']).toHaveLength(1);
    }
  });

  it('says who may, as the table does', () => {
    for (const [route, access] of Object.entries(ROUTE_ACCESS)) {
      const operation = operations().find(([name]) => name === route.replace(/:(\w+)/g, '{$1}'))?.[1] as Doc;
      const needs = { public: [], visitor: [], customer: [{ customer: [] }] }[String(access)] ?? [{ apiKey: [] }];
      expect([route, operation['security']]).toEqual([route, needs]);
      expect(operation['description']).toContain(
        typeof access === 'string'
          ? { public: 'Public.', visitor: 'Public; a customer', customer: 'Customers who are logged in.' }[access]
          : `Roles: ${KEY_ROLES.filter((role) => (access as readonly string[]).includes(role)).join(', ')}.`,
      );
    }
    expect(document['components'].securitySchemes.apiKey).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('has the problems of every operation, each as a problem document', () => {
    for (const [name, operation] of operations()) {
      const responses = operation['responses'] as Doc;
      const closed = operation['security'].length > 0;
      expect([name, Object.keys(responses)]).toEqual([
        name,
        expect.arrayContaining(['500', ...(closed ? ['401', '403', '429', '503'] : [])]),
      ]);
      for (const [status, response] of Object.entries(responses)) {
        expect([name, status, (response as Doc)['description']]).toEqual([name, status, expect.stringMatching(/\w/)]);
        if (Number(status) < 400 || name === 'GET /readyz') continue;
        expect([name, status, (response as Doc)['content']]).toEqual([
          name,
          status,
          { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        ]);
      }
    }
  });

  it('has a body for every POST but nudge and revoke, and a description of every path parameter', () => {
    for (const [name, operation] of operations()) {
      const bodied = name.startsWith('POST') && !/\/(nudge|revoke)$/.test(name);
      expect([name, operation['requestBody'] !== undefined]).toEqual([name, bodied]);
      const named = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const given = ((operation['parameters'] ?? []) as Doc[]).filter((parameter) => parameter['in'] === 'path');
      expect([name, given.map((parameter) => parameter['name'])]).toEqual([name, named]);
      for (const parameter of given)
        expect(parameter).toMatchObject({ required: true, description: expect.any(String) });
    }
    const rehearsal = operations().find(([name]) => name === 'POST /v1/rehearsals')?.[1] as Doc;
    expect(Object.keys(rehearsal['requestBody'].content)).toEqual([
      'application/json',
      'application/yaml',
      'text/yaml',
      'text/plain',
    ]);
  });

  it('has the shape that clients were written against', () => {
    const shape = operations().map(([name, operation]) => {
      const parameters = ((operation['parameters'] ?? []) as Doc[])
        .filter((one) => one['in'] !== 'path')
        .map((one) => `${one['in']}:${one['name']}`);
      return `${name} ${operation['operationId']} [${Object.keys(operation['responses']).join(' ')}] ${parameters.join(' ')}`.trim();
    });
    expect(shape.sort()).toMatchInlineSnapshot(`
     [
       "GET / getFrontDoor [200 429 500]",
       "GET /dashboard getDashboardPage [200 400 401 403 404 422 429 500 503] query:pack query:report",
       "GET /dashboard/checklists getChecklistPage [200 400 401 403 422 429 500 503] query:pack",
       "GET /dashboard/htmx.js getDashboardScript [200 429 500]",
       "GET /dashboard/tickets/{id}/map getTicketMapPage [200 400 401 403 404 429 500 503] query:flow",
       "GET /dashboard/widgets getDashboardWidgets [200 400 401 403 404 422 429 500 503] query:pack query:report",
       "GET /healthz getHealth [200 500]",
       "GET /metrics getMetrics [200 401 403 429 500 503]",
       "GET /openapi.json getOpenApi [200 401 403 429 500 503]",
       "GET /portal portalHome [200 303 401 403 404 429 500 503]",
       "GET /portal/account portalAccount [200 303 401 403 404 429 500 503]",
       "GET /portal/assets/{file} portalAsset [200 400 404 429 500]",
       "GET /portal/callback portalCallback [200 303 400 401 403 404 429 500 503] query:code query:state query:error",
       "GET /portal/chat portalChat [200 303 400 401 403 404 429 500 503] query:article",
       "GET /portal/help portalHelp [200 303 401 403 404 429 500 503]",
       "GET /portal/help/search portalSearch [200 303 400 401 403 404 429 500 503] query:q query:language",
       "GET /portal/help/suggest portalSuggest [200 303 400 401 403 404 429 500 503] query:subject",
       "GET /portal/help/{slug} portalArticle [200 303 400 401 403 404 429 500 503] query:language query:thanks",
       "GET /portal/login portalLogin [200 303 401 403 404 429 500 503]",
       "GET /portal/login/start portalLoginStart [200 303 401 403 404 429 500 503]",
       "GET /portal/tickets/new portalNewTicket [200 303 400 401 403 404 429 500 503] query:article query:subject",
       "GET /portal/tickets/{id} portalTicket [200 303 400 401 403 404 429 500 503] query:opened query:sent",
       "GET /readyz getReadiness [200 429 500 503]",
       "GET /status getStatus [200 429 500 503]",
       "GET /tickets/{id} portalTracking [200 303 400 401 403 404 429 500 503]",
       "GET /v1/adapters listAdapters [200 401 403 429 500 503]",
       "GET /v1/availability getAvailability [200 400 401 403 404 422 429 500 503] query:pack query:channel query:plan query:at",
       "GET /v1/channels listChannels [200 400 401 403 422 429 500 503] query:pack",
       "GET /v1/checklists listChecklists [200 400 401 403 422 429 500 503] query:pack",
       "GET /v1/dashboard getDashboard [200 400 401 403 404 422 429 500 503] query:pack query:report",
       "GET /v1/dashboard/stream streamDashboard [200 400 401 403 404 422 429 500 503] query:pack query:report query:for",
       "GET /v1/forms/{kind} getForm [200 400 401 403 404 422 429 500 503] query:pack",
       "GET /v1/intake/phone/menu getMenu [200 400 401 403 422 429 500 503] query:pack",
       "GET /v1/intake/phone/waiting listCallers [200 400 401 403 429 500 503] query:queue",
       "GET /v1/keys listKeys [200 401 403 429 500 503]",
       "GET /v1/knowledge/articles/{slug} getArticle [200 400 404 429 500 503] query:language",
       "GET /v1/knowledge/articles/{slug}/comments listArticleComments [200 400 401 403 404 429 500 503]",
       "GET /v1/knowledge/articles/{slug}/versions listArticleVersions [200 400 401 403 404 429 500 503]",
       "GET /v1/knowledge/deflection getDeflection [200 400 401 403 404 422 429 500 503] query:from query:to",
       "GET /v1/knowledge/search searchKnowledge [200 400 404 429 500 503] query:language query:q query:limit query:assist",
       "GET /v1/knowledge/tree getKnowledgeTree [200 404 429 500 503]",
       "GET /v1/knowledge/usage getKnowledgeUsage [200 400 401 403 404 429 500 503] query:slug",
       "GET /v1/oncall whoIsOnCall [200 400 401 403 404 422 429 500 503] query:pack query:rota query:at",
       "GET /v1/oncall/feeds/{token} getFeed [200 400 404 422 429 500 503]",
       "GET /v1/oncall/gaps listGaps [200 400 401 403 404 422 429 500 503] query:pack query:rota query:from query:to",
       "GET /v1/oncall/shifts listShifts [200 400 401 403 404 422 429 500 503] query:pack query:rota query:person query:from query:to",
       "GET /v1/openapi.json getOpenApiOfV1 [200 401 403 429 500 503]",
       "GET /v1/people listPeople [200 400 401 403 404 422 429 500 503] query:pack query:role",
       "GET /v1/people/tree getOrganisation [200 400 401 403 404 422 429 500 503] query:pack",
       "GET /v1/policy/bots listBots [200 400 401 403 404 422 429 500 503] query:pack query:ticket",
       "GET /v1/policy/map getPolicyMap [200 400 401 403 404 422 429 500 503] query:pack query:flow",
       "GET /v1/policy/versions listPolicyVersions [200 400 401 403 429 500 503] query:pack",
       "GET /v1/portal/account getOwnAccount [200 401 403 429 500 503]",
       "GET /v1/portal/tickets listOwnTickets [200 401 403 429 500 503]",
       "GET /v1/portal/tickets/{id} getOwnTicket [200 400 401 403 404 429 500 503]",
       "GET /v1/registers/{kind} readRegister [200 400 401 403 404 422 429 500 503] query:pack query:status query:closed query:cursor query:limit",
       "GET /v1/replies listReplies [200 400 401 403 422 429 500 503] query:pack",
       "GET /v1/reports listReports [200 400 401 403 422 429 500 503] query:pack",
       "GET /v1/reports/{kpi} getReport [200 400 401 403 404 422 429 500 503] query:pack query:from query:to query:period query:by query:plan query:priority query:tier query:channel query:queue query:format",
       "GET /v1/reports/{kpi}/{period} getMadeReport [200 400 401 403 404 422 429 500 503] query:pack query:fresh query:format",
       "GET /v1/reports/{kpi}/{period}/transcripts exportTranscripts [200 400 401 403 404 422 429 500 503] query:pack",
       "GET /v1/reviews listReviews [200 400 401 403 404 422 429 500 503] query:pack query:kind query:verdict query:over query:cursor query:limit",
       "GET /v1/rollouts/{pack} getRollout [200 400 401 403 422 429 500 503]",
       "GET /v1/rollouts/{pack}/comparison compareShadow [200 400 401 403 404 422 429 500 503] query:rollout query:from query:to",
       "GET /v1/tickets listTickets [200 400 401 403 429 500 503] query:kind query:status query:priority query:queue query:owner query:pack query:q query:view query:by query:team query:breached query:sort query:cursor query:limit",
       "GET /v1/tickets/{id} getTicket [200 400 401 403 404 410 429 500 503]",
       "GET /v1/tickets/{id}/agenda getAgenda [200 400 401 403 404 410 429 500 503]",
       "GET /v1/tickets/{id}/customer getCustomerView [200 400 401 403 404 410 429 500 503]",
       "GET /v1/tickets/{id}/decisions getDecisions [200 400 401 403 404 410 429 500 503]",
       "GET /v1/tickets/{id}/deliveries getDeliveries [200 400 401 403 404 429 500 503]",
       "GET /v1/tickets/{id}/explain explainTicket [200 400 401 403 404 410 429 500 503]",
       "GET /v1/tickets/{id}/map getTicketMap [200 400 401 403 404 429 500 503] query:flow",
       "GET /v1/tickets/{id}/map.svg getTicketMapPicture [200 400 401 403 404 429 500 503] query:flow",
       "GET /v1/tickets/{id}/messages/{template} previewMessage [200 400 401 403 404 410 422 429 500 503]",
       "GET /v1/tickets/{id}/timeline getTimeline [200 400 401 403 404 410 429 500 503] query:after query:limit",
       "POST /dashboard/checklists/{checklist}/items/{item} tickItemOnPage [303 400 401 403 404 413 422 429 500 503]",
       "POST /portal/chat portalSay [200 303 400 401 403 404 413 429 500 503]",
       "POST /portal/help/{slug}/comments portalComment [200 303 400 401 403 404 413 429 500 503]",
       "POST /portal/help/{slug}/feedback portalVote [200 303 400 401 403 404 413 429 500 503]",
       "POST /portal/logout portalLogout [200 303 400 401 403 404 413 429 500 503]",
       "POST /portal/session portalSession [200 303 400 401 403 404 413 429 500 503]",
       "POST /portal/tickets portalSubmit [200 303 400 401 403 404 413 429 500 503]",
       "POST /portal/tickets/{id}/messages portalWrite [200 303 400 401 403 404 413 429 500 503]",
       "POST /v1/assistants/{name}/messages sayToAssistant [200 400 401 403 404 409 413 422 429 500 503]",
       "POST /v1/checklists/{checklist}/items/{item} tickItem [200 400 401 403 404 413 422 429 500 503]",
       "POST /v1/erasures eraseParty [200 400 401 403 404 409 413 429 500 503]",
       "POST /v1/intake/chat takeChat [200 400 401 403 409 413 422 429 500 503]",
       "POST /v1/intake/chat/snippet makeSnippet [200 400 401 403 413 422 429 500 503]",
       "POST /v1/intake/email takeMail [200 400 401 403 409 413 422 429 500 503]",
       "POST /v1/intake/phone takeCall [200 400 401 403 409 413 422 429 500 503]",
       "POST /v1/intake/ticketing/{platform} takeForeignTicket [200 400 401 403 409 413 422 429 500 503]",
       "POST /v1/intake/views takeView [200 400 401 403 413 429 500 503]",
       "POST /v1/keys createKey [201 400 401 403 413 429 500 503]",
       "POST /v1/keys/{id}/revoke revokeKey [200 400 401 403 404 429 500 503]",
       "POST /v1/knowledge/articles saveArticle [201 400 401 403 404 413 422 429 500 503]",
       "POST /v1/knowledge/articles/{slug}/comments commentOnArticle [201 400 404 413 429 500 503]",
       "POST /v1/knowledge/articles/{slug}/feedback voteOnArticle [200 400 404 413 429 500 503]",
       "POST /v1/knowledge/articles/{slug}/restore restoreArticle [201 400 401 403 404 413 429 500 503]",
       "POST /v1/knowledge/preview previewArticle [200 400 401 403 413 429 500 503]",
       "POST /v1/knowledge/suggestions suggestArticles [200 400 404 413 429 500 503]",
       "POST /v1/knowledge/tree putKnowledgeTree [200 400 401 403 404 413 429 500 503]",
       "POST /v1/oncall/feeds makeFeed [201 400 401 403 404 413 422 429 500 503]",
       "POST /v1/oncall/overrides addOverride [201 400 401 403 404 413 422 429 500 503]",
       "POST /v1/policy/versions/{hash}/approvals decidePolicyVersion [200 400 401 403 413 422 429 500 503]",
       "POST /v1/portal/tickets submitTicket [200 201 400 401 403 409 413 422 429 500 503] header:idempotency-key",
       "POST /v1/portal/tickets/{id}/messages writeToTicket [202 400 401 403 404 409 410 413 429 500 503] header:idempotency-key",
       "POST /v1/rehearsals rehearse [200 400 401 403 413 422 429 500 503]",
       "POST /v1/rollouts/{pack} setRollout [200 400 401 403 404 409 413 422 429 500 503]",
       "POST /v1/series/{series} postSeries [200 400 401 403 413 422 429 500 503]",
       "POST /v1/tickets openTicket [200 201 400 401 403 409 413 422 429 500 503] header:idempotency-key",
       "POST /v1/tickets/{id}/commands/{command} commandTicket [200 400 401 403 404 409 410 413 422 429 500 503] header:idempotency-key",
       "POST /v1/tickets/{id}/nudge nudgeTicket [202 400 401 403 404 410 429 500 503]",
       "POST /v1/triage triage [200 400 401 403 404 413 422 429 500 503]",
     ]
    `);
  });
});
