/** Signatures of webhooks: whether a body comes from whom it says. All comparisons take the same time whatever they find. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseInstant, type EpochMs } from '../domain/time/instants';

/** How old a signed request may be: what is older may have been recorded and sent again. */
const FRESH_MS = 5 * 60_000;

export interface Signed {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  now: EpochMs;
}

type Check = (secret: string, signed: Signed) => boolean;

const header = ({ headers }: Signed, name: string): string => {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
};

function same(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Zendesk: base64(HMAC-SHA256(timestamp + body)), and the timestamp is fresh. */
const zendesk: Check = (secret, signed) => {
  const timestamp = header(signed, 'x-zendesk-webhook-signature-timestamp');
  const at = parseInstant(timestamp);
  if (at === undefined || Math.abs(signed.now - at) > FRESH_MS) return false;
  const wanted = createHmac('sha256', secret).update(timestamp).update(signed.body).digest('base64');
  return same(header(signed, 'x-zendesk-webhook-signature'), wanted);
};

/** Intercom: `sha1=` and the hex HMAC-SHA1 of the body under the app's client secret. */
const intercom: Check = (secret, signed) =>
  same(header(signed, 'x-hub-signature'), `sha1=${createHmac('sha1', secret).update(signed.body).digest('hex')}`);

/** RingCentral does not sign: it repeats the verification token that the subscription was made with. */
const ringcentral: Check = (secret, signed) => same(header(signed, 'verification-token'), secret);

/** Anybody else: `sha256=` and the hex HMAC-SHA256 of the body. */
const generic: Check = (secret, signed) =>
  same(
    header(signed, 'x-tocsin-signature'),
    `sha256=${createHmac('sha256', secret).update(signed.body).digest('hex')}`,
  );

const CHECKS: Readonly<Record<string, Check>> = { zendesk, intercom, ringcentral };
const HEADERS: Readonly<Record<string, string>> = {
  zendesk: 'x-zendesk-webhook-signature',
  intercom: 'x-hub-signature',
  ringcentral: 'verification-token',
};

/** Whether a request carries a signature of any kind: then it needs no API key to be looked at. */
export const isSigned = (headers: Signed['headers']): boolean =>
  [...Object.values(HEADERS), 'x-tocsin-signature'].some((name) => headers[name] !== undefined);

/** Who signed it: the first of `sources` whose secret fits. Undefined for nobody, and where a secret is not configured. */
export function signerOf(
  sources: readonly string[],
  secrets: ReadonlyMap<string, string>,
  signed: Signed,
): string | undefined {
  return sources.find((source) => {
    const secret = secrets.get(source);
    if (secret === undefined || secret === '') return false;
    const own = HEADERS[source];
    const check = own !== undefined && signed.headers[own] !== undefined ? CHECKS[source] : undefined;
    return (check ?? generic)(secret, signed);
  });
}
