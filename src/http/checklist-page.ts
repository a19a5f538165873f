/** The checklists as a page: what is done, why, and a form a tick for whatever a person has to say. */
import { createHash } from 'node:crypto';
import type { CheckedItem, CheckedList } from '../domain/policy/checklists';
import type { PackChecklists } from './checklist-port';
import { escapeHtml as e } from './page';

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem;background:#f5f6f8;color:#111827}
h1{font-size:1.3rem;margin:0 0 1rem}section{background:#fff;border:1px solid #e5e7eb;border-radius:.6rem;padding:1rem 1.2rem;margin:0 0 1rem}
h2{font-size:1rem;margin:0 0 .6rem;display:flex;justify-content:space-between;gap:1rem}h2 span{font-weight:400;color:#6b7280;white-space:nowrap}
ol{list-style:none;margin:0;padding:0}li{display:grid;grid-template-columns:1.6rem 1fr auto;gap:.2rem .6rem;padding:.4rem 0;border-top:1px solid #eef0f3}
.mark{font-weight:700}.done .mark{color:#15803d}.open .mark{color:#b45309}.unknown .mark{color:#6b7280}
.why{color:#6b7280;font-size:.85rem;grid-column:2/-1;overflow-wrap:anywhere}form{display:flex;gap:.4rem;align-items:center}input{font:inherit;font-size:.85rem;padding:.15rem .4rem;width:9rem}button{font:inherit;font-size:.85rem;padding:.15rem .7rem}
.kind{color:#6b7280;font-size:.85rem}@media (prefers-color-scheme:dark){body{background:#111418;color:#e5e7eb}section{background:#1b1f24;border-color:#2b3138}li{border-color:#2b3138}.why,.kind,h2 span{color:#9aa4b2}}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Only this page's own style; forms go to this server alone. */
export const CHECKLIST_CSP = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;

const MARKS = { done: '✓', open: '○', unknown: '?' } as const;
const WORDS = { done: 'done', open: 'open', unknown: 'not known' } as const;

function formOf(pack: string, list: CheckedList, item: CheckedItem): string {
  const action = `/dashboard/checklists/${encodeURIComponent(list.name)}/items/${encodeURIComponent(item.name)}`;
  const done = item.state !== 'done';
  return `<form method="post" action="${e(action)}"><input type="hidden" name="pack" value="${e(pack)}"><input type="hidden" name="done" value="${done}"><input name="by" required maxlength="200" placeholder="Your name" aria-label="Your name"><input name="note" maxlength="2000" placeholder="Note" aria-label="Note"><button>${done ? 'Tick' : 'Take back'}</button></form>`;
}

const itemHtml = (pack: string, list: CheckedList, item: CheckedItem): string =>
  `<li class="${item.state}"><span class="mark" role="img" aria-label="${WORDS[item.state]}">${MARKS[item.state]}</span><span>${e(item.title)}</span>${
    item.kind === 'human' ? formOf(pack, list, item) : '<span class="kind">checked by the system</span>'
  }<span class="why">${item.because.map(e).join('<br>')}</span></li>`;

/** The page. */
export function checklistPage({ pack, checklists }: PackChecklists): string {
  const title = `Checklists of ${pack}`;
  const sections = checklists.map(
    (list) =>
      `<section id="${e(list.name)}"><h2>${e(list.title)} <span>${list.done} of ${list.items.length} done</span></h2><ol>${list.items
        .map((item) => itemHtml(pack, list, item))
        .join('\n')}</ol></section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${e(title)}</title><style>${STYLE}</style></head>
<body><h1>${e(title)}</h1>${sections.join('\n') || '<p>This pack has no checklists.</p>'}</body></html>
`;
}
