/** Logging in: the identity provider's authorization code flow with PKCE, or a token that people bring. */
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { TocsinError } from '../domain/errors';
import { SESSION_COOKIE, type IdentityOptions, type IdentityPort } from './identity';
import { pageRoute, type Page, type PageContext } from './page-shell';
import type { HttpPorts } from './ports';
import { cookieOf, setCookie } from './visits';

const FLOW_COOKIE = 'tocsin_login';
const FLOW_SECONDS = 600;
const SESSION_SECONDS = 8 * 3_600;
const ANSWER_MS = 5_000;

type Login = NonNullable<IdentityOptions['login']>;

/** Where the provider sends the browser back to. */
const callbackOf = ({ request }: PageContext): string => `${request.protocol}://${request.host}/portal/callback`;

/** Adds the pages. */
export function loginPages(app: FastifyInstance, ports: HttpPorts): void {
  const page = (one: Page): void => pageRoute(app, ports, one);
  const { identity } = ports;
  const login = identity?.options.login;
  const words = { title: 'Log in', provider: login !== undefined, configured: identity !== undefined };

  page({
    method: 'GET',
    url: '/portal/login',
    operationId: 'portalLogin',
    summary: 'The way to the identity provider',
    handler: async ({ show }) => show('login', words),
  });

  page({
    method: 'GET',
    url: '/portal/login/start',
    operationId: 'portalLoginStart',
    summary: 'Sends the browser to the identity provider',
    handler: async (context) => {
      if (!login) throw new TocsinError('ESC_NOT_FOUND', 'no identity provider is set up here');
      const [state, verifier] = [randomBytes(24), randomBytes(32)].map((bytes) => bytes.toString('base64url'));
      setCookie(context.request, context.reply, FLOW_COOKIE, `${state}.${verifier}`, FLOW_SECONDS);
      const url = new URL(login.authorizeUrl);
      const challenge = createHash('sha256')
        .update(verifier ?? '')
        .digest('base64url');
      for (const [name, value] of Object.entries({
        ...{ response_type: 'code', client_id: login.clientId, redirect_uri: callbackOf(context), state: state ?? '' },
        ...{ scope: 'openid email profile', code_challenge: challenge, code_challenge_method: 'S256' },
      }))
        url.searchParams.set(name, value);
      return context.go(url.href);
    },
  });

  page({
    method: 'GET',
    url: '/portal/callback',
    operationId: 'portalCallback',
    summary: 'Back from the identity provider',
    query: ['code', 'state', 'error'],
    handler: async (context) => {
      const [state, verifier = ''] = (cookieOf(context.request, FLOW_COOKIE) ?? '').split('.');
      const { code, state: given } = context.query;
      setCookie(context.request, context.reply, FLOW_COOKIE, '', 0);
      if (!login || !identity || !code || !state || state !== given)
        return context.show('login', { ...words, error: 'Logging in did not work. Please try again.' }, 401);
      const token = await exchange(login, code, verifier, callbackOf(context));
      return begin(context, identity, token);
    },
  });

  page({
    method: 'POST',
    url: '/portal/session',
    operationId: 'portalSession',
    summary: 'Begin a session with a token of the identity provider',
    handler: async (context) => {
      if (!identity) throw new TocsinError('ESC_NOT_FOUND', 'no identity provider is set up here');
      return begin(context, identity, (context.form['token'] ?? '').trim());
    },
  });

  page({
    method: 'POST',
    url: '/portal/logout',
    operationId: 'portalLogout',
    summary: 'End the session here',
    handler: async ({ request, reply, go }) => {
      setCookie(request, reply, identity?.options.cookie ?? SESSION_COOKIE, '', 0);
      return go('/portal/help');
    },
  });

  async function begin(context: PageContext, port: IdentityPort, token: string) {
    if (!(await port.verify(token)))
      return context.show('login', { ...words, error: 'This login is not valid, or it has ended.' }, 401);
    setCookie(context.request, context.reply, port.options.cookie ?? SESSION_COOKIE, token, SESSION_SECONDS);
    return context.go('/portal');
  }
}

/** The token for a code. Errors: ESC_PROVIDER_UNAVAILABLE. */
async function exchange(login: Login, code: string, verifier: string, redirect: string): Promise<string> {
  const unavailable = new TocsinError('ESC_PROVIDER_UNAVAILABLE', 'the identity provider gave no token');
  const answer = await fetch(login.tokenUrl, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, code_verifier: verifier },
      ...{ client_id: login.clientId, redirect_uri: redirect },
      ...(login.clientSecret === undefined ? {} : { client_secret: login.clientSecret }),
    }),
  }).catch(() => {
    throw unavailable;
  });
  const parsed = (await answer.json().catch(() => ({}))) as { id_token?: unknown };
  if (!answer.ok || typeof parsed.id_token !== 'string') throw unavailable;
  return parsed.id_token;
}
