/**
 * The channels of an installation: what the environment says, checked once, and the adapters made from it.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import { parseMailbox } from './email';
import { parseOutgoingUrl, type UrlReach } from './outgoing-url';
import { INTERCOM_URL, type OriginOptions } from './origin';
import { PAGERDUTY_URL } from './paging';
import { Secret } from './secret';
import { STATUSPAGE_URL } from './statuspage-atlassian';

/** What is configured; a channel that is absent is recorded instead. Printing it shows no secret. */
export interface ChannelConfig {
  mail?: { url: Secret; from: string };
  pagerduty?: { routingKeys: ReadonlyMap<string, Secret>; baseUrl: string };
  webhook?: { url: Secret; secret: Secret };
  slack?: { webhooks: ReadonlyMap<string, Secret>; fallback?: Secret };
  origin?: OriginOptions;
  statuspage?: { apiKey: Secret; pageId: string; baseUrl: string };
  reach: UrlReach;
}

/** Every variable that is read; each may be given as `<NAME>_FILE` with the path of a file that holds the value. */
export const CHANNEL_VARIABLES = [
  'SMTP_URL',
  'TOCSIN_MAIL_FROM',
  'PAGERDUTY_ROUTING_KEYS',
  'PAGERDUTY_BASE_URL',
  'PAGE_WEBHOOK_URL',
  'PAGE_WEBHOOK_SECRET',
  'SLACK_WEBHOOK_URL',
  'SLACK_WEBHOOKS',
  'STATUSPAGE_API_KEY',
  'STATUSPAGE_PAGE_ID',
  'STATUSPAGE_BASE_URL',
  'ZENDESK_URL',
  'ZENDESK_USER',
  'ZENDESK_TOKEN',
  'FRESHDESK_URL',
  'FRESHDESK_KEY',
  'SERVICENOW_URL',
  'SERVICENOW_USER',
  'SERVICENOW_PASSWORD',
  'INTERCOM_TOKEN',
  'INTERCOM_ADMIN_ID',
  'INTERCOM_URL',
  'TOCSIN_ALLOW_PRIVATE_URLS',
] as const;
type Variable = (typeof CHANNEL_VARIABLES)[number];
type Values = Partial<Record<Variable, string>>;

const REACH: Record<string, UrlReach> = {
  ...{ false: 'public', no: 'public', '0': 'public', none: 'public' },
  loopback: 'loopback',
  ...{ true: 'private', yes: 'private', '1': 'private', private: 'private' },
};

const byName = z.record(z.string().min(1), z.string().min(1));

/**
 * Reads the channels from an environment. A value that cannot be used is a {@link TocsinError} that names the variable
 * and what is expected, never the value.
 */
export function channelsFromEnv(env: Readonly<Record<string, string | undefined>>): ChannelConfig {
  const values = readValues(env);
  const reach = reachOf(values);
  const url = (name: Variable, text: string) => checkedUrl(name, text, reach);
  const needs = (name: Variable, because: Variable) =>
    values[name] ?? fail(name, `is required because ${because} is set`);
  const config: ChannelConfig = { reach };
  if (values.SMTP_URL !== undefined) {
    if (!/^smtps?:\/\/[^/?#]/i.test(values.SMTP_URL)) fail('SMTP_URL', 'must be smtp://host:port or smtps://host:port');
    const from = values.TOCSIN_MAIL_FROM ?? 'Tocsin <tocsin@localhost>';
    if (parseMailbox(from) === undefined) fail('TOCSIN_MAIL_FROM', 'must be an address or "Name <address>"');
    config.mail = { url: new Secret(values.SMTP_URL), from };
  }
  if (values.PAGERDUTY_ROUTING_KEYS !== undefined) {
    const routingKeys = secrets(pairs('PAGERDUTY_ROUTING_KEYS', values.PAGERDUTY_ROUTING_KEYS));
    const baseUrl = url('PAGERDUTY_BASE_URL', values.PAGERDUTY_BASE_URL ?? PAGERDUTY_URL);
    config.pagerduty = { routingKeys, baseUrl };
  }
  if (values.PAGE_WEBHOOK_URL !== undefined) {
    const secret = new Secret(needs('PAGE_WEBHOOK_SECRET', 'PAGE_WEBHOOK_URL'));
    config.webhook = { url: new Secret(url('PAGE_WEBHOOK_URL', values.PAGE_WEBHOOK_URL)), secret };
  }
  if (values.SLACK_WEBHOOK_URL !== undefined || values.SLACK_WEBHOOKS !== undefined) {
    const named = values.SLACK_WEBHOOKS === undefined ? {} : json('SLACK_WEBHOOKS', values.SLACK_WEBHOOKS);
    for (const one of Object.values(named)) url('SLACK_WEBHOOKS', one);
    const fallback = values.SLACK_WEBHOOK_URL;
    config.slack = {
      webhooks: secrets(named),
      ...(fallback === undefined ? {} : { fallback: new Secret(url('SLACK_WEBHOOK_URL', fallback)) }),
    };
  }
  if (values.STATUSPAGE_API_KEY !== undefined) {
    config.statuspage = {
      apiKey: new Secret(values.STATUSPAGE_API_KEY),
      pageId: needs('STATUSPAGE_PAGE_ID', 'STATUSPAGE_API_KEY'),
      baseUrl: url('STATUSPAGE_BASE_URL', values.STATUSPAGE_BASE_URL ?? STATUSPAGE_URL),
    };
  }
  const origin = originOf(values, url, needs);
  if (Object.keys(origin).length > 0) config.origin = origin;
  return Object.freeze(config);
}

/** Where an environment allows to call (`TOCSIN_ALLOW_PRIVATE_URLS`). Throws as {@link channelsFromEnv}. */
export function reachFromEnv(env: Readonly<Record<string, string | undefined>>): UrlReach {
  const said = env['TOCSIN_ALLOW_PRIVATE_URLS'];
  return reachOf(said === undefined || said.trim() === '' ? {} : { TOCSIN_ALLOW_PRIVATE_URLS: said.trim() });
}

/** The ticketing and chat systems that statuses and replies are written back to. */
function originOf(
  values: Values,
  url: (name: Variable, text: string) => string,
  needs: (name: Variable, because: Variable) => string,
): OriginOptions {
  const origin: OriginOptions = {};
  if (values.ZENDESK_TOKEN !== undefined) {
    const baseUrl = url('ZENDESK_URL', needs('ZENDESK_URL', 'ZENDESK_TOKEN'));
    origin.zendesk = { baseUrl, user: needs('ZENDESK_USER', 'ZENDESK_TOKEN'), token: new Secret(values.ZENDESK_TOKEN) };
  }
  if (values.FRESHDESK_KEY !== undefined) {
    const baseUrl = url('FRESHDESK_URL', needs('FRESHDESK_URL', 'FRESHDESK_KEY'));
    origin.freshdesk = { baseUrl, key: new Secret(values.FRESHDESK_KEY) };
  }
  if (values.SERVICENOW_PASSWORD !== undefined) {
    const baseUrl = url('SERVICENOW_URL', needs('SERVICENOW_URL', 'SERVICENOW_PASSWORD'));
    const password = new Secret(values.SERVICENOW_PASSWORD);
    origin.servicenow = { baseUrl, user: needs('SERVICENOW_USER', 'SERVICENOW_PASSWORD'), password };
  }
  if (values.INTERCOM_TOKEN !== undefined) {
    const baseUrl = url('INTERCOM_URL', values.INTERCOM_URL ?? INTERCOM_URL);
    const adminId = needs('INTERCOM_ADMIN_ID', 'INTERCOM_TOKEN');
    origin.intercom = { baseUrl, token: new Secret(values.INTERCOM_TOKEN), adminId };
  }
  return origin;
}

function readValues(env: Readonly<Record<string, string | undefined>>): Values {
  const values: Values = {};
  for (const name of CHANNEL_VARIABLES) {
    const direct = env[name]?.trim() ?? '';
    const path = env[`${name}_FILE`]?.trim() ?? '';
    if (direct !== '' && path !== '') fail(name, `and ${name}_FILE are both set: give one`);
    const value = path === '' ? direct : readSecretFile(name, path);
    if (value !== '') values[name] = value;
  }
  return values;
}

function readSecretFile(name: Variable, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return fail(name, `cannot be read from the file in ${name}_FILE (${code})`);
  }
}

function reachOf(values: Values): UrlReach {
  const said = values.TOCSIN_ALLOW_PRIVATE_URLS?.toLowerCase() ?? 'false';
  return REACH[said] ?? fail('TOCSIN_ALLOW_PRIVATE_URLS', 'must be false, loopback or private');
}

function checkedUrl(name: Variable, text: string, reach: UrlReach): string {
  try {
    parseOutgoingUrl(text, reach);
    return text;
  } catch (error) {
    throw new TocsinError('ESC_URL_REFUSED', `${name}: ${(error as Error).message}`, { variable: name });
  }
}

/** JSON, or `name=key,name=key`; a lone key without a name is the default one. */
function pairs(name: Variable, text: string): Record<string, string> {
  if (text.startsWith('{')) return json(name, text);
  const found: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    const service = at === -1 ? 'default' : pair.slice(0, at).trim();
    const key = pair.slice(at + 1).trim();
    if (service === '' || key === '' || Object.hasOwn(found, service)) fail(name, 'must be JSON or name=key,name=key');
    found[service] = key;
  }
  return found;
}

function json(name: Variable, text: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message would quote the text, secrets included.
    return fail(name, 'is not JSON');
  }
  const parsed = byName.safeParse(value);
  return parsed.success ? parsed.data : fail(name, 'must be a JSON object of texts');
}

function secrets(values: Record<string, string>): ReadonlyMap<string, Secret> {
  return new Map(Object.entries(values).map(([name, value]) => [name, new Secret(value)]));
}

function fail(name: Variable, what: string): never {
  throw new TocsinError('ESC_FIELD_INVALID', `${name} ${what}`, { variable: name });
}
