import { Secret } from '../../src/activities/secret';
import { createSlackChannel, mentionToken, slackMessage } from '../../src/activities/slack';
import { failsAsAnHttpProviderDoes } from './support/http-contract';
import { startProvider, type HttpProvider, type Received, type Reply } from './support/http-provider';
import { errorOf, httpDeps, message, never } from './support/messages';

const PATH = '/services/T0001/B0001/notarealslacktoken';

interface Block {
  type: string;
  text?: { type: string; text: string };
  fields?: { text: string }[];
  elements?: unknown[];
}

/** Slack's limits, as its Block Kit reference has them. */
function slack(request: Received): Reply {
  if (!request.path.startsWith('/services/')) return { status: 404, body: 'no_service' };
  if (request.body.length > 13_000) return { status: 400, body: 'msg_blocks_too_long' };
  const { text, blocks } = JSON.parse(request.body) as { text?: string; blocks: Block[] };
  const fits = (value: string | undefined, max: number) => value !== undefined && value !== '' && value.length <= max;
  const valid = blocks.every((block) => {
    if (block.type === 'header') return block.text?.type === 'plain_text' && fits(block.text.text, 150);
    if (block.type === 'context') return (block.elements?.length ?? 11) <= 10;
    const fields = block.fields ?? [];
    return (
      block.type === 'section' &&
      (block.text === undefined ? fields.length > 0 : fits(block.text.text, 3000)) &&
      fields.length <= 10 &&
      fields.every((field) => fits(field.text, 2000))
    );
  });
  return valid && blocks.length <= 50 && fits(text, 40_000)
    ? { status: 200, body: 'ok' }
    : { status: 400, body: 'invalid_blocks' };
}

describe('slack by incoming webhook', () => {
  let provider: HttpProvider;
  beforeEach(async () => (provider = await startProvider(slack)));
  afterEach(() => provider.close());
  const note = (over = {}) => message({ channel: 'slack', to: [{ address: '#incidents' }], threadKey: 'T-1', ...over });
  const make = (url: string, deps = httpDeps()) =>
    createSlackChannel({ webhooks: new Map([['#incidents', new Secret(`${url}${PATH}`)]]) }, deps);
  const body = () => provider.received[0]?.body ?? '';

  test('posts a message inside Slack’s limits to the channel’s own webhook', async () => {
    await expect(make(provider.url).send(note(), never())).resolves.toEqual({ provider: 'slack', to: '#incidents' });
    expect(provider.received[0]?.path).toBe(PATH);
    expect(JSON.parse(body())).toMatchObject({
      text: 'P1: checkout is down',
      blocks: [{ type: 'header' }, {}, {}, {}],
    });
  });

  test('lets no text call out, link or mark up anything', async () => {
    await make(provider.url).send(
      note({ subject: '<!channel> & co', text: 'see <https://evil.example|here>' }),
      never(),
    );
    const { text, blocks } = JSON.parse(body()) as { text: string; blocks: Block[] };
    expect(text).toBe('&lt;!channel&gt; &amp; co');
    expect(blocks[1]?.text?.text).toBe('see &lt;https://evil.example|here&gt;');
  });

  test('calls out those who are here when the policy says so', async () => {
    await make(provider.url).send(note({ mention: 'here' }), never());
    const { text, blocks } = JSON.parse(body()) as { text: string; blocks: Block[] };
    expect(text).toMatch(/^<!here> /);
    expect(blocks[1]?.text?.text).toMatch(/^<!here> /);
  });

  test.each([
    ['@here', '<!here>'],
    ['channel', '<!channel>'],
    ['U024BE7LH', '<@U024BE7LH>'],
    ['S0614TZR7', '<!subteam^S0614TZR7>'],
    ['the <team>', 'the &lt;team&gt;'],
  ])('writes the mention %s as %s', (mention, token) => expect(mentionToken(mention)).toBe(token));

  test.each(['x', '&', '"', '\n', 'ä', '🔥'])(
    'shortens a very long text of %j with a link to the whole',
    async (unit) => {
      const link = 'https://tocsin.example/tickets/T-1';
      const made = slackMessage(note({ text: unit.repeat(40_000), subject: '&'.repeat(9000), mention: 'here' }), link);
      const payload = JSON.stringify(made);
      expect(payload.length).toBeLessThan(13_000);
      expect(payload).toContain(`<${link}|Read the whole>`);
      const raw = slack({ method: 'POST', path: PATH, headers: {}, body: payload });
      expect(raw).toEqual({ status: 200, body: 'ok' });
    },
  );

  test('keeps a long text whole as long as it fits', () => {
    const text = Array.from({ length: 8000 }, (_, n) => String(n % 10)).join('');
    const { blocks } = slackMessage(note({ text }), undefined) as { blocks: Block[] };
    expect(blocks.map((block) => block.text?.text ?? '').join('')).toBe(`P1: checkout is down${text}`);
  });

  test('takes a 200 that is not ok as a refusal', async () => {
    provider.script.push({ status: 200, body: 'invalid_token' });
    expect(await errorOf(make(provider.url).send(note(), never()))).toMatchObject({ name: 'PermanentDeliveryError' });
  });

  test('uses the default webhook for a channel without its own and refuses where there is none', async () => {
    const other = note({ to: [{ address: '#other' }] });
    const port = createSlackChannel(
      { webhooks: new Map(), fallback: new Secret(`${provider.url}${PATH}`) },
      httpDeps(),
    );
    await expect(port.send(other, never())).resolves.toMatchObject({ to: '#other' });
    expect(await errorOf(make(provider.url).send(other, never()))).toMatchObject({ name: 'PermanentDeliveryError' });
  });

  failsAsAnHttpProviderDoes({
    provider: () => provider,
    make: (url, deps) => make(url, deps),
    message: () => note(),
    secret: PATH,
    permanent: [400, 403, 404, 410],
    transient: [429, 500, 503],
  });
});
