/** Customers, as the organisation's identity provider names them: signed tokens, verified against its keys. */
import { readFileSync } from 'node:fs';
import type { FastifyRequest } from 'fastify';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import { TocsinError } from '../domain/errors';
import { bearerOf } from './keys';
import { cookieOf } from './visits';

/** A customer who is logged in. */
export interface Customer {
  id: string;
  email: string;
  name: string;
  plan: string;
}

/** How tokens are verified, and where people log in. */
export interface IdentityOptions {
  /** The provider's keys: an https address, a file, or the set itself. */
  jwks: string | JSONWebKeySet;
  issuer?: string | undefined;
  audience?: string | undefined;
  /** The cookie that holds the token of a browser. */
  cookie?: string;
  /** Names of claims. */
  claims?: { id?: string; email?: string; name?: string; plan?: string };
  /** The authorization code flow; absent: people bring a token of their own. */
  login?: { authorizeUrl: string; tokenUrl: string; clientId: string; clientSecret?: string | undefined } | undefined;
}

/** The default name of the session's cookie. */
export const SESSION_COOKIE = 'tocsin_portal';

/** Verifies tokens. */
export interface IdentityPort {
  options: IdentityOptions;
  /** Whose token it is; undefined for one that is not valid. Errors: ESC_PROVIDER_UNAVAILABLE where the keys cannot be read. */
  verify(token: string): Promise<Customer | undefined>;
}

function keysOf(jwks: IdentityOptions['jwks']): JWTVerifyGetKey {
  if (typeof jwks !== 'string') return createLocalJWKSet(jwks);
  if (/^https?:\/\//.test(jwks)) return createRemoteJWKSet(new URL(jwks), { timeoutDuration: 3_000 });
  return createLocalJWKSet(JSON.parse(readFileSync(jwks, 'utf8')) as JSONWebKeySet);
}

/** Only asymmetric signatures: a public key must never pass for a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const FAILED = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']);

/** The port over a set of keys. */
export function identityPort(options: IdentityOptions, now: () => number = Date.now): IdentityPort {
  const keys = keysOf(options.jwks);
  return {
    options,
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ALGORITHMS,
          requiredClaims: ['exp'],
          currentDate: new Date(now()),
          clockTolerance: 30,
          ...(options.issuer === undefined ? {} : { issuer: options.issuer }),
          ...(options.audience === undefined ? {} : { audience: options.audience }),
        });
        return customerOf(payload, options.claims ?? {});
      } catch (error) {
        if (error instanceof errors.JOSEError && !FAILED.has(error.code)) return undefined;
        throw new TocsinError('ESC_PROVIDER_UNAVAILABLE', "the identity provider's keys cannot be read");
      }
    },
  };
}

/** An address that the provider has not verified is no proof of whose tickets these are. */
function customerOf(payload: JWTPayload, claims: NonNullable<IdentityOptions['claims']>): Customer | undefined {
  const text = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '');
  const email = text(claims.email ?? 'email');
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || payload['email_verified'] === false) return undefined;
  return {
    id: text(claims.id ?? 'sub'),
    email,
    name: text(claims.name ?? 'name') || email,
    plan: text(claims.plan ?? 'plan'),
  };
}

/** The token of a request: a bearer that is no API key; on pages the session's cookie, which no other site may use for the API. */
export function tokenOf(request: FastifyRequest, identity: IdentityPort | undefined): string | undefined {
  const bearer = bearerOf(request.headers.authorization);
  if (bearer !== undefined) return bearer.startsWith('tocsin_') ? undefined : bearer;
  if (!request.url.startsWith('/portal')) return undefined;
  return identity && cookieOf(request, identity.options.cookie ?? SESSION_COOKIE);
}
