/**
 * Where Tocsin may call: http(s) only, and no address inside the own network unless the configuration says so.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { PermanentDeliveryError, TransientDeliveryError } from './ports';

/** `public`: the internet only. `loopback`: this machine too. `private`: also private and link-local addresses. */
export type UrlReach = 'public' | 'loopback' | 'private';

/** All addresses a host name has now. */
export type ResolveHost = (host: string) => Promise<string[]>;

/** Gives back the URL it may be called at; throws with `ESC_URL_REFUSED` otherwise. The URL itself is in no message. */
export type UrlGuard = (url: string) => Promise<URL>;

type AddressKind = 'public' | 'loopback' | 'private' | 'never';

const RANGES: Record<Exclude<AddressKind, 'public'>, BlockList> = {
  loopback: ranges(['127.0.0.0/8', '::1/128']),
  private: ranges([
    ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
    ...['fc00::/7', 'fe80::/10', 'fec0::/10'],
  ]),
  // Unspecified, multicast, reserved, documentation, and the prefixes that smuggle IPv4 inside IPv6.
  never: ranges([
    ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
    ...['224.0.0.0/4', '240.0.0.0/4', '::/128', 'ff00::/8', '64:ff9b::/96', '2001::/32', '2001:db8::/32', '2002::/16'],
  ]),
};

/** What an IP address is, an IPv4 address mapped into IPv6 included. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0) return 'never';
  const type = family === 4 ? 'ipv4' : 'ipv6';
  for (const kind of ['loopback', 'private', 'never'] as const) if (RANGES[kind].check(address, type)) return kind;
  return 'public';
}

/** The part of the check that needs no DNS, so that a wrong setting fails at start and not at 03:00. */
export function parseOutgoingUrl(text: string, reach: UrlReach): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refused('it is not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`${url.protocol} is not http or https`);
  if (url.username !== '' || url.password !== '') throw refused('it holds a user name or password');
  if (url.protocol === 'http:' && reach === 'public') throw refused('https is required');
  const host = hostOf(url);
  if (isIP(host) !== 0) allow(url, [host], reach);
  return url;
}

/**
 * The full check, made before every call: shape, then every address the name resolves to. A name that does not
 * resolve is a transient error. `fetch` resolves the name once more; a name server that answers differently within
 * those milliseconds is not caught, which is why addresses of the own network belong behind a firewall as well.
 */
export function createUrlGuard(reach: UrlReach, resolve: ResolveHost = resolveHost): UrlGuard {
  return async (text) => {
    const url = parseOutgoingUrl(text, reach);
    const host = hostOf(url);
    if (isIP(host) !== 0) return url;
    let found: string[];
    try {
      found = await resolve(host);
    } catch {
      throw new TransientDeliveryError(`the host name ${host} cannot be resolved now`);
    }
    if (found.length === 0) throw new TransientDeliveryError(`the host name ${host} has no address`);
    allow(url, found, reach);
    return url;
  };
}

function allow(url: URL, found: readonly string[], reach: UrlReach): void {
  for (const address of found) {
    const kind = addressKind(address);
    const allowed =
      kind === 'public' || (kind === 'loopback' && reach !== 'public') || (kind === 'private' && reach === 'private');
    if (!allowed) throw refused(`its host is a ${kind === 'never' ? 'reserved' : kind} address`);
    if (kind === 'public' && url.protocol === 'http:') throw refused('https is required outside the own network');
  }
}

async function resolveHost(host: string): Promise<string[]> {
  return (await lookup(host, { all: true, verbatim: true })).map((entry) => entry.address);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function refused(why: string): PermanentDeliveryError {
  const remedy = 'set TOCSIN_ALLOW_PRIVATE_URLS to loopback or private where that is meant';
  return new PermanentDeliveryError(`outgoing address refused: ${why} (${remedy})`, 'ESC_URL_REFUSED');
}

function ranges(nets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', bits = ''] = net.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
