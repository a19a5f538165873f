/**
 * Secrets that cannot be printed by accident: a logged or serialised configuration shows `[redacted]`.
 */
import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/** A value that only `reveal` gives away: not `JSON.stringify`, not a template string, not `console.log`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value itself, for the one call that needs it. */
  reveal(): string {
    return this.#value;
  }
  /** The value with every occurrence of it, or of a telling part of it, taken out of `text`. */
  redact(text: string): string {
    let clean = text;
    for (const part of tellingParts(this.#value)) clean = clean.split(part).join(REDACTED);
    return clean;
  }
  toString(): string {
    return REDACTED;
  }
  toJSON(): string {
    return REDACTED;
  }
  [inspect.custom](): string {
    return REDACTED;
  }
}

/** A provider's words, made fit for a log or a receipt: no secret, no control characters, at most 300 characters. */
export function safeDetail(text: string, ...secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) clean = secret.redact(clean);

  clean = clean.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return clean.length > 300 ? `${clean.slice(0, 299)}…` : clean;
}

/** Longest first, so that a part inside another is not left standing. Of a URL also its path, query, long values in it, and password. */
function tellingParts(value: string): string[] {
  const parts = new Set([value, encodeURIComponent(value)]);
  if (URL.canParse(value)) {
    const url = new URL(value);
    for (const part of [url.href, url.pathname, url.search, url.password, decode(url.password)]) parts.add(part);
    // Keys of services are often given so; short values are words of the request.
    for (const value of url.searchParams.values()) if (value.length >= 8) parts.add(value);
  }
  return [...parts].filter((part) => part.length >= 4).sort((a, b) => b.length - a.length);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
