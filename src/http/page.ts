/** Small HTML pages: no script, nothing from elsewhere, every value escaped. */
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { escapeHtml } from '../local/mailbox-page';

export { escapeHtml };

const STYLE = `
  body { font: 16px/1.55 system-ui, sans-serif; margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-bottom: .2rem; } a { color: #0b57d0; } time { color: #555; }
  .state { border-left: .4rem solid #1a7f37; padding: .5rem 1rem; background: #f3f8f4; } .state.incident { border-color: #b35900; background: #fdf6ee; }
  .late { color: #b3261e; font-weight: 600; } ul { padding-left: 1.2rem; } dl { margin: .2rem 0; } dt { float: left; clear: left; width: 10rem; }
  @media (prefers-color-scheme: dark) { body { background: #161616; color: #eee; } time { color: #aaa; } a { color: #8ab4f8; }
    .state { background: #14251a; } .state.incident { background: #2b2013; } .late { color: #ff8a80; } }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Only this page's own style; no scripts, no forms, no frames. */
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** HTML that was put together from escaped parts. `body` and `head` are taken as they are. */
export function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${head}
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>
`;
}

/** The headers of an HTML answer. */
export function asPage(reply: FastifyReply): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', PAGE_CSP)
    .header('x-frame-options', 'DENY')
    .header('referrer-policy', 'no-referrer');
}

/** Whether the asker would rather read HTML than JSON; by default it would not. */
export function prefersHtml(accept: string | undefined): boolean {
  const wanted = new Map(
    (accept ?? '').split(',').map((part): [string, number] => {
      const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const quality = parameters.find((text) => text.startsWith('q='));
      return [type, quality === undefined ? 1 : Number(quality.slice(2)) || 0];
    }),
  );
  const html = wanted.get('text/html') ?? 0;
  return html > 0 && html >= (wanted.get('application/json') ?? 0);
}
