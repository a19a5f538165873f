import { appendEvents } from '../../src/store/events';
import { openTicket } from '../../src/store/opening';
import { findConversation, saveConversation, type Conversation } from '../../src/store/conversations';
import { eraseParty, getParty } from '../../src/store/party';
import { ownTicketOf, ticketsOf, waitingIn } from '../../src/store/portal';
import { opened, openRequest, OPENING, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();

beforeEach(async () => {
  await store.pool.query(
    'truncate ticket, ticket_day, party, message, ticket_event, board, conversation restart identity cascade',
  );
});

const bob = { ...OPENING, subject: 'Bob’s', customer: { name: 'Bob', email: 'bob@other.example', plan: 'starter' } };
const conversation = (over: Partial<Conversation> = {}): Conversation => ({
  id: 'c-1',
  packId: 'secureai',
  version: 0,
  state: {
    ...{ schema: 1, assistant: 'helper', status: 'bot', collected: {}, result: {}, confidence: 1, at: T0 },
    visitor: { identified: true, email: 'dana@example.com' },
    messages: [{ from: 'customer', at: T0, text: 'It is Dana' }],
  },
  ...over,
});

test('own tickets are those of the address, whatever its case; another’s are not there [SEC-HD-235]', async () => {
  const mine = await openTicket(store.pool, openRequest());
  const his = await openTicket(store.pool, openRequest({ opening: bob }));
  expect((await ticketsOf(store.pool, 'DANA@example.com')).map((one) => one.id)).toEqual([mine.id]);
  expect(await ownTicketOf(store.pool, 'dana@example.com', mine.number)).toMatchObject({
    id: mine.id,
    subject: OPENING.subject,
  });
  expect(await ownTicketOf(store.pool, 'dana@example.com', his.number)).toBeUndefined();
  expect(await ownTicketOf(store.pool, 'dana@example.com', his.id)).toBeUndefined();
  expect(await ownTicketOf(store.pool, '%', mine.number)).toBeUndefined();
});

test('a queue counts the chats that wait for somebody, without the one that asks [SEC-HD-176]', async () => {
  const put = async (ticket: object): Promise<string> => {
    const { id, number } = await openTicket(store.pool, openRequest({ opening: { ...OPENING, channel: 'chat' } }));
    await appendEvents(store.pool, id, [opened({ number, status: 'created', ...ticket })], []);
    return id;
  };
  const asking = await put({ queue: 'billing' });
  await put({ queue: 'billing' });
  await put({ queue: 'billing', owner: 'ada' });
  await put({ queue: 'technical' });
  expect(await waitingIn(store.pool, 'billing', asking)).toBe(1);
});

describe('conversations', () => {
  test('are kept, and two messages at once do not overwrite each other', async () => {
    await saveConversation(store.pool, conversation(), T0);
    const known = await findConversation(store.pool, 'c-1');
    expect(known).toEqual(conversation({ version: 1 }));
    await saveConversation(store.pool, conversation({ version: 1 }), T0);
    expect(await codeOf(saveConversation(store.pool, conversation({ version: 1 }), T0))).toBe(
      'ESC_IDEMPOTENCY_CONFLICT',
    );
    expect(await findConversation(store.pool, 'nothing')).toBeUndefined();
  });

  test('are blanked with the person', async () => {
    const { id } = await openTicket(store.pool, openRequest());
    await store.pool.query('update ticket set archived_at = now() where id = $1', [id]);
    await saveConversation(store.pool, conversation(), T0);
    const party = await getParty(store.pool, 'dana@example.com');
    await eraseParty(store.pool, party?.id ?? 0, T0);
    expect(await findConversation(store.pool, 'c-1')).toBeUndefined();
    const left = await store.pool.query('select * from conversation');
    expect(JSON.stringify(left.rows)).not.toMatch(/dana/i);
  });
});
