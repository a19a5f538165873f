import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createChannels, openChannels } from '../../src/activities/channels';
import { channelsFromEnv } from '../../src/activities/configuration';
import { startProvider } from './support/http-provider';
import { AT, keptLog, message, never } from './support/messages';

const FULL = {
  SMTP_URL: 'smtp://tocsin:sesame-1234@mail.example:587',
  TOCSIN_MAIL_FROM: 'Support <support@example.com>',
  PAGERDUTY_ROUTING_KEYS: 'engineering-team=key-aaaa, management=key-bbbb',
  PAGE_WEBHOOK_URL: 'https://pager.example/hook-cccc',
  PAGE_WEBHOOK_SECRET: 'secret-dddd',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/eeee',
  SLACK_WEBHOOKS: '{"#incidents":"https://hooks.slack.com/services/ffff"}',
  STATUSPAGE_API_KEY: 'key-gggg',
  STATUSPAGE_PAGE_ID: 'page-1',
};
const SECRETS = ['sesame-1234', 'key-aaaa', 'key-bbbb', 'hook-cccc', 'secret-dddd', 'eeee', 'ffff', 'key-gggg'];
const refusal = (env: Record<string, string>): Error & { code?: string } => {
  try {
    channelsFromEnv(env);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was accepted');
};

describe('the configuration of channels', () => {
  test('reads every channel from the environment', () => {
    const config = channelsFromEnv(FULL);
    expect(config).toMatchObject({ mail: { from: 'Support <support@example.com>' }, reach: 'public' });
    expect(config.pagerduty?.routingKeys.get('management')?.reveal()).toBe('key-bbbb');
    expect(config.pagerduty?.baseUrl).toBe('https://events.pagerduty.com');
    expect(config.slack?.webhooks.get('#incidents')?.reveal()).toContain('ffff');
    expect(config.statuspage).toMatchObject({ pageId: 'page-1', baseUrl: 'https://api.statuspage.io/v1' });
  });

  test('shows no secret however it is printed', () => {
    const config = channelsFromEnv(FULL);
    const printed = `${JSON.stringify(config)}${inspect(config, { depth: 9, showHidden: true })}${String(config.mail?.url)}`;
    for (const secret of SECRETS) expect(printed).not.toContain(secret);
  });

  test('has nothing configured in an empty environment', () => {
    expect(channelsFromEnv({ SMTP_URL: '', PATH: '/bin' })).toEqual({ reach: 'public' });
  });

  test.each(['{"a":"k1","default":"k2"}', 'a=k1,default=k2', 'a=k1,k2'])('reads routing keys written as %s', (text) => {
    const keys = channelsFromEnv({ PAGERDUTY_ROUTING_KEYS: text }).pagerduty?.routingKeys;
    expect([keys?.get('a')?.reveal(), keys?.get('default')?.reveal()]).toEqual(['k1', 'k2']);
  });

  test('reads a secret from a file and refuses one given twice', () => {
    const dir = mkdtempSync(join(tmpdir(), 'tocsin-'));
    const file = join(dir, 'smtp');
    writeFileSync(file, 'smtp://mail.example:25\n');
    expect(channelsFromEnv({ SMTP_URL_FILE: file }).mail?.url.reveal()).toBe('smtp://mail.example:25');
    expect(refusal({ SMTP_URL_FILE: file, SMTP_URL: 'smtp://x' }).message).toContain('SMTP_URL_FILE');
    rmSync(dir, { recursive: true });
    expect(refusal({ SMTP_URL_FILE: file }).message).toContain('ENOENT');
  });

  test.each([
    ['SMTP_URL', { SMTP_URL: 'mail.example/pw-9999' }],
    ['TOCSIN_MAIL_FROM', { SMTP_URL: 'smtp://mail.example', TOCSIN_MAIL_FROM: 'pw-9999' }],
    ['PAGERDUTY_ROUTING_KEYS', { PAGERDUTY_ROUTING_KEYS: '{"a": pw-9999}' }],
    ['PAGERDUTY_ROUTING_KEYS', { PAGERDUTY_ROUTING_KEYS: '{"a": {"k": "pw-9999"}}' }],
    ['PAGERDUTY_ROUTING_KEYS', { PAGERDUTY_ROUTING_KEYS: 'a=pw-9999,a=other' }],
    ['PAGE_WEBHOOK_SECRET', { PAGE_WEBHOOK_URL: 'https://pager.example/pw-9999' }],
    ['PAGE_WEBHOOK_URL', { PAGE_WEBHOOK_URL: 'http://pager.example/pw-9999', PAGE_WEBHOOK_SECRET: 's' }],
    ['SLACK_WEBHOOK_URL', { SLACK_WEBHOOK_URL: 'http://127.0.0.1/pw-9999' }],
    ['SLACK_WEBHOOKS', { SLACK_WEBHOOKS: '{"#a":"ftp://pw-9999"}' }],
    ['STATUSPAGE_PAGE_ID', { STATUSPAGE_API_KEY: 'pw-9999' }],
    ['TOCSIN_ALLOW_PRIVATE_URLS', { TOCSIN_ALLOW_PRIVATE_URLS: 'pw-9999' }],
  ])('names %s and not its value when it cannot be used', (name, env) => {
    const error = refusal(env);
    expect(error.message).toContain(name);
    expect(`${error.message}${error.stack}`).not.toContain('pw-9999');
    expect(error.code).toMatch(/^ESC_/);
  });

  test('accepts this machine’s addresses where they are allowed', () => {
    const env = { SLACK_WEBHOOK_URL: 'http://127.0.0.1:8080/x', TOCSIN_ALLOW_PRIVATE_URLS: 'loopback' };
    expect(channelsFromEnv(env).slack).toBeDefined();
  });
});

describe('the channels of an installation', () => {
  const deps = { log: keptLog(), now: () => AT };
  const providers = (env: Record<string, string>, more = {}) => {
    const channels = openChannels(channelsFromEnv(env), { ...deps, ...more });
    channels.close();
    return Object.fromEntries(Object.entries(channels.ports).map(([name, port]) => [name, port.provider]));
  };

  test('are all recorded when nothing is configured', () => {
    // Where a ticket came from is known only with each message: without a platform, that channel records as well.
    expect(new Set(Object.values(createChannels(channelsFromEnv({}), deps)).map((port) => port.provider))).toEqual(
      new Set(['recorded', 'origin']),
    );
  });

  test('are the providers that are configured', () => {
    expect(providers(FULL)).toEqual({
      email: 'smtp',
      broadcast: 'smtp',
      page: 'pagerduty',
      webhook: 'webhook',
      slack: 'slack',
      status_page: 'statuspage',
      console: 'recorded',
      ticket: 'recorded',
      origin: 'origin',
    });
  });

  test('page by the webhook when there is no pager and use the own status page', () => {
    const { PAGE_WEBHOOK_URL, PAGE_WEBHOOK_SECRET } = FULL;
    const statusPage = { postUpdate: async () => undefined };
    const made = providers({ PAGE_WEBHOOK_URL, PAGE_WEBHOOK_SECRET }, { statusPage });
    expect(made).toMatchObject({ page: 'webhook', status_page: 'status-page', email: 'recorded' });
  });

  test('page a service without a routing key by the webhook', async () => {
    const pagerduty = await startProvider((one) => ({ status: 202, body: one.body }));
    const hook = await startProvider(() => ({ status: 204 }));
    const env = {
      PAGERDUTY_ROUTING_KEYS: `engineering-team=${'e'.repeat(32)}`,
      PAGERDUTY_BASE_URL: pagerduty.url,
      PAGE_WEBHOOK_URL: hook.url,
      PAGE_WEBHOOK_SECRET: 's',
      TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
    };
    const { page } = createChannels(channelsFromEnv(env), deps);
    const results = [message(), message({ to: [{ address: 'x1003' }] })].map((one) => page.send(one, never()));
    expect((await Promise.all(results)).map((one) => one.provider)).toEqual(['pagerduty', 'webhook']);
    await Promise.all([pagerduty.close(), hook.close()]);
  });
});
