import type { MailboxMessage, MailboxSummary } from './mailbox';

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .6rem; vertical-align: top; }
  tr + tr { border-top: 1px solid #ddd; } time { white-space: nowrap; color: #555; } a { color: #0b57d0; }
  iframe { width: 100%; height: 30rem; border: 1px solid #ccc; } pre { white-space: pre-wrap; border: 1px solid #ccc; padding: 1rem; }
  @media (prefers-color-scheme: dark) { body { background: #161616; color: #eee; } time { color: #aaa; } a { color: #8ab4f8; }
    tr + tr { border-color: #444; } iframe { background: #fff; } }
`;

/** Makes text safe in HTML, in content and in quoted attributes alike. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** The list of messages, newest first as given; loads itself anew every five seconds. */
export function renderMailboxPage(messages: readonly MailboxSummary[]): string {
  const rows = messages.map(
    ({ id, receivedAt, from, to, subject }) => `
      <tr>
        <td><time datetime="${escapeHtml(receivedAt)}">${escapeHtml(receivedAt.replace('T', ' ').slice(0, 19))}</time></td>
        <td>${escapeHtml(from)}</td>
        <td>${escapeHtml(to.join(', '))}</td>
        <td><a href="/messages/${encodeURIComponent(id)}">${escapeHtml(subject || '(no subject)')}</a></td>
      </tr>`,
  );
  const body =
    messages.length === 0
      ? '<p>No mail yet. Everything that Tocsin sends on this machine arrives here and goes no further.</p>'
      : `<table><thead><tr><th>Received (UTC)</th><th>From</th><th>To</th><th>Subject</th></tr></thead>
      <tbody>${rows.join('')}</tbody></table>`;
  return page('Tocsin mailbox', `<h1>Mailbox</h1>${body}`, '<meta http-equiv="refresh" content="5">');
}

/** One message. Its HTML is shown in a sandboxed frame: no scripts, no forms, no way to this page. */
export function renderMessagePage(message: MailboxMessage): string {
  const fact = (name: string, value: string) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`;
  const facts = [
    fact('From', message.from),
    fact('To', message.to.join(', ')),
    fact('Received', message.receivedAt),
    fact('Message-ID', message.messageId ?? ''),
    ...message.attachments.map(({ name, mimeType, sizeBytes }) =>
      fact('Attachment', `${name} (${mimeType}, ${sizeBytes} bytes)`),
    ),
  ];
  const html = message.html
    ? `<h2>HTML</h2><iframe sandbox="" title="HTML body" srcdoc="${escapeHtml(message.html)}"></iframe>`
    : '';
  const text = message.text ? `<h2>Text</h2><pre>${escapeHtml(message.text)}</pre>` : '';
  const headers = message.headers.map(({ name, value }) => fact(name, value)).join('');
  return page(
    message.subject || '(no subject)',
    `<p><a href="/">All messages</a></p><h1>${escapeHtml(message.subject || '(no subject)')}</h1>
    <table>${facts.join('')}</table>${html}${text}
    <details><summary>Headers</summary><table>${headers}</table></details>`,
  );
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${head}
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>
`;
}
