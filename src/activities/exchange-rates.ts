/**
 * The port `exchange_rates`: euros for one unit of the currency of the amount that a fact reads. Asked of any service that
 * answers `GET <url>?base=USD&symbols=EUR` with `{ "rates": { "EUR": 0.92 } }`, as the usual ones do.
 */
import { z } from 'zod';
import { TocsinError } from '../domain/errors';
import type { Json, JsonObject } from '../domain/policy/types';
import { reachFromEnv } from './configuration';
import type { FactPort } from './fact-port';
import { callHttp, type HttpDeps } from './http-call';
import { createUrlGuard, parseOutgoingUrl } from './outgoing-url';
import { PermanentDeliveryError } from './ports';
import { Secret } from './secret';
import { secretSetting } from './secret-setting';

/** What `eur()` of the policy language counts in. */
const COUNTED_IN = 'EUR';
const PROVIDER = 'exchange rates';

/** The address may hold a key, so it is never printed. */
interface RatesConfig {
  url: Secret;
  /** Sent as a bearer token. */
  key?: Secret;
}

/** The service an environment names; undefined where it names none. Throws ESC_URL_REFUSED where it must not be called. */
function ratesFromEnv(env: Readonly<Record<string, string | undefined>>): RatesConfig | undefined {
  const url = env['TOCSIN_EXCHANGE_RATES_URL']?.trim() ?? '';
  if (url === '') return undefined;
  try {
    parseOutgoingUrl(url, reachFromEnv(env));
  } catch (error) {
    throw new TocsinError('ESC_URL_REFUSED', `TOCSIN_EXCHANGE_RATES_URL: ${(error as Error).message}`, {
      variable: 'TOCSIN_EXCHANGE_RATES_URL',
    });
  }
  const key = secretSetting(env, 'TOCSIN_EXCHANGE_RATES_KEY');
  return { url: new Secret(url), ...(key.reveal() === '' ? {} : { key }) };
}

/** The adapter of an environment, or nothing. */
export function exchangeRates(
  env: Readonly<Record<string, string | undefined>>,
  deps: Omit<HttpDeps, 'guard'>,
): Record<string, FactPort> {
  const config = ratesFromEnv(env);
  return config ? { exchange_rates: ratesPort(config, { ...deps, guard: createUrlGuard(reachFromEnv(env)) }) } : {};
}

const replied = z.object({ rates: z.object({ [COUNTED_IN]: z.number().positive() }), date: z.string().optional() });

/** Makes the adapter. */
function ratesPort({ url, key }: RatesConfig, deps: HttpDeps): FactPort {
  return {
    async answer({ inputs, signal }) {
      const currency = currencyIn(inputs);
      if (currency === undefined) return { reasons: ['no amount with a currency was given'] };
      const address = new URL(url.reveal());
      address.searchParams.set('base', currency);
      address.searchParams.set('symbols', COUNTED_IN);
      const secrets = key ? [url, key] : [url];
      const { text } = await callHttp(deps, {
        provider: PROVIDER,
        method: 'GET',
        url: address.href,
        headers: { accept: 'application/json', ...(key ? { authorization: `Bearer ${key.reveal()}` } : {}) },
        signal,
        secrets,
      });
      const reply = replied.safeParse(parsed(text));
      if (!reply.success) throw new PermanentDeliveryError(`${PROVIDER}: the reply has no rate of ${currency}`);
      const { rates, date } = reply.data;
      const rate = rates[COUNTED_IN];
      return {
        value: rate,
        reasons: [`1 ${currency} = ${rate} ${COUNTED_IN}${date === undefined ? '' : `, ${date}`}`],
      };
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The currency of the first amount among the inputs. */
function currencyIn(inputs: JsonObject): string | undefined {
  const currency = Object.values(inputs).map(currencyOf).find(Boolean);
  return currency !== undefined && /^[A-Z0-9]{3,5}$/.test(currency) ? currency : undefined;
}

const currencyOf = (value: Json | undefined): string | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && typeof value['currency'] === 'string'
    ? value['currency']
    : undefined;
