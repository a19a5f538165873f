/** Markdown of articles as HTML that is safe to show: no HTML of the author's, no scripts, only known addresses. */
import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

/** Where the links that articles may name lead: `tocsin:ticket`, `tocsin:chat`, `article:slug`. */
export interface ArticleLinks {
  /** The form of a new ticket that refers to this article. */
  newTicket: string;
  chat: string;
  article(slug: string): string;
}

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });
// Article links are resolved before sanitising; everything else keeps markdown-it's own refusal of javascript: and data:.
const strict = markdown.validateLink.bind(markdown);
markdown.validateLink = (url) => /^(tocsin|article):[a-z0-9-]+$/.test(url) || strict(url);

const TAGS = [
  ...[
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'p',
    'ul',
    'ol',
    'li',
    'strong',
    'em',
    's',
    'code',
    'pre',
    'blockquote',
    'hr',
  ],
  ...['br', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'img'],
];

/** The HTML of an article's Markdown. The same text gives the same HTML in the editor's preview and in the portal. */
export function renderMarkdown(text: string, links: ArticleLinks): string {
  const resolve = (href: string): string => {
    if (href === 'tocsin:ticket') return links.newTicket;
    if (href === 'tocsin:chat') return links.chat;
    return href.startsWith('article:') ? links.article(href.slice('article:'.length)) : href;
  };
  return sanitizeHtml(markdown.render(text), {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'title', 'rel'],
      img: ['src', 'alt', 'title'],
      td: ['style'],
      th: ['style'],
      ol: ['start'],
    },
    allowedStyles: { '*': { 'text-align': [/^(left|right|center)$/] } },
    allowedSchemes: ['https', 'http', 'mailto'],
    transformTags: {
      a: (tagName, attribs) => {
        const href = resolve(attribs['href'] ?? '');
        return {
          tagName,
          attribs: { ...attribs, href, ...(/^https?:/.test(href) ? { rel: 'noopener noreferrer' } : {}) },
        };
      },
    },
  });
}
