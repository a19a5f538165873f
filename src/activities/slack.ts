/**
 * Slack by incoming webhook: a Block Kit message inside Slack's limits, with nothing of the text read as markup.
 * @see https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/block-kit/blocks
 */
import { clip } from './clip';
import { callHttp, type HttpDeps } from './http-call';
import { addresses, PermanentDeliveryError, personOf, type ChannelPort, type OutgoingMessage } from './ports';
import { safeDetail, type Secret } from './secret';

export interface SlackOptions {
  /** Webhook URL by channel name (`#incidents`). */
  webhooks: ReadonlyMap<string, Secret>;
  /** For every other channel. */
  fallback?: Secret;
  /** Where the whole of a shortened message can be read. */
  ticketUrl?: (ticket: string) => string | undefined;
}

/** `total` stays under the undocumented 13,200 characters at which Slack answers `msg_blocks_too_long`. */
const LIMITS = { header: 150, section: 3000, field: 2000, fallback: 3000, total: 12_900 };

/** The Slack adapter. A 200 whose body is not `ok` is a refusal, as every 4xx is except 429. */
export function createSlackChannel(options: SlackOptions, deps: HttpDeps): ChannelPort {
  return {
    provider: 'slack',
    async send(message, signal) {
      const channel = message.to[0]?.address ?? '';
      const url = options.webhooks.get(channel) ?? options.webhooks.get(bare(channel)) ?? options.fallback;
      if (url === undefined) {
        throw new PermanentDeliveryError(
          `no Slack webhook for ${channel}: add it to SLACK_WEBHOOKS or set SLACK_WEBHOOK_URL`,
        );
      }
      const reply = await callHttp(deps, {
        provider: 'slack',
        method: 'POST',
        url: url.reveal(),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(slackMessage(message, options.ticketUrl?.(message.ticket))),
        signal,
        secrets: [url],
      });
      if (reply.text.trim() !== 'ok') {
        throw new PermanentDeliveryError(`slack answered ${reply.status}: ${safeDetail(reply.text, url)}`);
      }
      return { provider: 'slack', to: addresses(message.to), ...personOf(message.to) };
    },
  };
}

/** Slack's three control characters, so that no text can mention, link or call out anybody. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `here`, `channel`, `everyone`, a member (`U…`, `W…`) or a user group (`S…`) as Slack's own token; else plain text. */
export function mentionToken(mention: string): string {
  const name = mention.replace(/^[@!]/, '');
  if (name === 'here' || name === 'channel' || name === 'everyone') return `<!${name}>`;
  if (/^[UW][A-Z0-9]{5,}$/.test(name)) return `<@${name}>`;
  if (/^S[A-Z0-9]{5,}$/.test(name)) return `<!subteam^${name}>`;
  return escapeMrkdwn(mention);
}

/** The payload of one message; exported for its tests. `link` must be an http(s) URL of our own. */
export function slackMessage(message: OutgoingMessage, link: string | undefined): { text: string; blocks: object[] } {
  const mention = message.mention === undefined ? '' : `${mentionToken(message.mention)} `;
  const subject = message.subject === '' ? `${message.priority} ${message.ticket}` : message.subject;
  const text = mention + clipEscaped(subject, LIMITS.fallback - mention.length);
  const number = message.number ?? message.ticket;
  const more =
    link === undefined ? `… (shortened; ${escapeMrkdwn(number)} has the whole)` : `… <${link}|Read the whole>`;
  const fields = [
    ['Ticket', link === undefined ? escapeMrkdwn(number) : `<${link}|${escapeMrkdwn(number)}>`],
    ['Priority', clipEscaped(message.priority, LIMITS.field)],
    ['To', clipEscaped(message.to[0]?.name ?? message.role, LIMITS.field)],
    ...(message.attempt > 1 ? [['Attempt', String(message.attempt)]] : []),
    ...(message.state === undefined ? [] : [['Status', clipEscaped(message.state, LIMITS.field)]]),
  ].map(([name, value]) => ({ type: 'mrkdwn', text: `*${name}*\n${value}` }));
  const frame: object[] = [
    { type: 'header', text: { type: 'plain_text', text: clip(subject, LIMITS.header), emoji: false } },
    { type: 'section', fields },
    { type: 'context', elements: [{ type: 'mrkdwn', text: `Tocsin · ${new Date(message.at).toISOString()}` }] },
  ];
  const room = LIMITS.total - JSON.stringify({ text, blocks: frame }).length - more.length;
  return { text, blocks: [...frame.slice(0, 1), ...sections(mention, message.text, more, room), ...frame.slice(1)] };
}

/** The body in sections of at most 3,000 escaped characters, cut where the room of the message ends. */
function sections(mention: string, body: string, more: string, room: number): object[] {
  const made: string[] = [];
  let current = mention;
  let left = room;
  let cut = false;
  for (const character of body) {
    const escaped = escapeMrkdwn(character);
    const cost = JSON.stringify(escaped).length - 2;
    if (current.length + escaped.length > LIMITS.section - more.length) {
      made.push(current);
      current = '';
      left -= 60; // the block around a section
    }
    left -= cost;
    if (left < 200) {
      cut = true;
      break;
    }
    current += escaped;
  }
  made.push(cut ? current + more : current);
  return made.filter((text) => text.trim() !== '').map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } }));
}

/** Escaped and at most `limit` long, never cut inside an entity. */
function clipEscaped(text: string, limit: number): string {
  let clean = '';
  for (const character of text) {
    const escaped = escapeMrkdwn(character);
    if (clean.length + escaped.length > limit - 1) return `${clean}…`;
    clean += escaped;
  }
  return clean;
}

function bare(channel: string): string {
  return channel.startsWith('#') ? channel.slice(1) : `#${channel}`;
}
