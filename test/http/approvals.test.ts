import type { ApprovalOrder } from '../../src/http/approval-port';
import { approvalStub } from './approval-stub';
import { api, closeAll, problem, type Doc } from './support';

afterAll(closeAll);

const server = async (orders: ApprovalOrder[] = []) =>
  api({}, (ports) => {
    ports.approvals = approvalStub(orders);
  });
const PATH = `/v1/policy/versions/${'a'.repeat(64)}/approvals`;

test('versions are listed with what they wait for', async () => {
  const { ask } = await server();
  expect((await ask('GET', '/v1/policy/versions', { role: 'agent' })).json<Doc[]>()).toEqual([
    {
      ...{ hash: 'a'.repeat(64), pack: 'secureai', version: '1.1', active: false },
      ...{ approvers: ['director'], open: ['director'], history: [] },
    },
  ]);
  expect((await ask('GET', '/v1/policy/versions?pack=other', { role: 'agent' })).json<Doc[]>()).toEqual([]);
});

test('a version is approved in the name of the key, by the roles that the key belongs to [RISK-066]', async () => {
  const orders: ApprovalOrder[] = [];
  const { ask } = await server(orders);
  const done = await ask('POST', PATH, { role: 'agent', body: { role: 'director', note: 'Read it' } });
  expect(done.json<Doc>()).toMatchObject({ active: true, open: [], pack: 'secureai' });
  await ask('POST', PATH, { role: 'agent', body: { role: 'director', decision: 'reject' } });
  expect(orders).toEqual([
    { role: 'director', decision: 'approve', note: 'Read it', by: 'agent desk', groups: [] },
    { role: 'director', decision: 'reject', note: '', by: 'agent desk', groups: [] },
  ]);
  problem(await ask('POST', PATH, { role: 'agent', body: { decision: 'approve' } }), 'ESC_REQUEST_INVALID');
  problem(await ask('POST', PATH, { role: 'agent', body: { role: 'director', by: 'Dana' } }), 'ESC_REQUEST_INVALID');
  problem(
    await ask('POST', PATH.replace(/a+\/app/, 'abc/app'), { role: 'agent', body: { role: 'director' } }),
    'ESC_REQUEST_INVALID',
  );
});
