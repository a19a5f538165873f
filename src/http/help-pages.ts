/** The portal's pages that need no login: help center and chat. */
import type { FastifyInstance } from 'fastify';
import type { EpochMs } from '../domain/time/instants';
import { viewArticle } from '../knowledge/view';
import { renderPage } from '../web/render';
import { visitorOf } from './assistant-routes';
import type { Conversations } from './conversations';
import { articleOf, hitOf, linksOf, treeOf } from './knowledge-present';
import { languageOf, noArticle, versionIn } from './knowledge-routes';
import { pageRoute, type Form, type Page } from './page-shell';
import type { HttpPorts } from './ports';
import { visitOf } from './visits';

/** Adds the pages. */
export function helpPages(
  app: FastifyInstance,
  ports: HttpPorts,
  conversations: Conversations,
  now: () => EpochMs,
  forum?: string,
): void {
  const page = (one: Page): void => pageRoute(app, ports, one);
  const { knowledge } = ports;

  page({
    method: 'GET',
    url: '/portal/help',
    operationId: 'portalHelp',
    summary: 'The help center',
    handler: async ({ show }) => {
      const tree = treeOf(await knowledge.tree(), await knowledge.articles());
      return show('help', { at: 'help', title: 'Help center', tree });
    },
  });

  page({
    method: 'GET',
    url: '/portal/help/search',
    operationId: 'portalSearch',
    summary: 'Articles that have the words',
    query: ['q', 'language'],
    handler: async ({ request, reply, query, show }) => {
      const q = (query['q'] ?? '').slice(0, 400);
      const language = await languageOf(knowledge, query['language'] ?? request.headers['accept-language']);
      const { hits } = q === '' ? { hits: [] } : await knowledge.search({ text: q, language, limit: 20, assist: true });
      const visit = { id: visitOf(request, reply), channel: 'portal' };
      if (q !== '') await knowledge.record(visit, { kind: 'search', query: q, hits: hits.length }, now());
      return show('search', { at: 'help', title: 'Search', q, hits: hits.map(hitOf) });
    },
  });

  page({
    method: 'GET',
    url: '/portal/help/suggest',
    operationId: 'portalSuggest',
    summary: 'Articles for what somebody is typing: a part of a page',
    query: ['subject'],
    handler: async ({ request, reply, query }) => {
      const text = (query['subject'] ?? '').slice(0, 400);
      const language = await languageOf(knowledge, request.headers['accept-language']);
      const { hits } =
        text.length < 4 ? { hits: [] } : await knowledge.search({ text, language, limit: 3, assist: true });
      const visit = { id: visitOf(request, reply), channel: 'portal' };
      for (const article of hits) await knowledge.record(visit, { kind: 'suggestion', article }, now());
      return reply.type('text/html; charset=utf-8').send(renderPage('suggestions', { hits: hits.map(hitOf) }));
    },
  });

  page({
    method: 'GET',
    url: '/portal/help/:slug',
    operationId: 'portalArticle',
    summary: 'An article',
    params: ['slug'],
    query: ['language', 'thanks'],
    handler: async ({ request, reply, params, query, show }) => {
      const slug = params['slug'] ?? '';
      const { language: fallback } = await knowledge.tree();
      const asked = query['language'] ?? request.headers['accept-language'];
      const view = viewArticle(await knowledge.articles(), slug, asked, fallback, linksOf(slug));
      if (!view) throw noArticle(slug);
      const visit = { id: visitOf(request, reply), channel: 'portal' };
      await knowledge.record(visit, { kind: 'view', article: view.article }, now());
      const { title, language } = view.article;
      return show('article', {
        at: 'help',
        title,
        language,
        article: articleOf(view, forum),
        thanks: query['thanks'] === '1',
      });
    },
  });

  const feedback = (
    what: 'feedback' | 'comments',
    take: (slug: string, form: Form, visit: { id: string; channel: string }) => Promise<void>,
  ): void =>
    page({
      method: 'POST',
      url: `/portal/help/:slug/${what}`,
      operationId: what === 'feedback' ? 'portalVote' : 'portalComment',
      summary: what === 'feedback' ? 'Whether an article helped' : 'What a reader has to say',
      params: ['slug'],
      handler: async ({ request, reply, params, form, go }) => {
        const slug = params['slug'] ?? '';
        await take(slug, form, { id: visitOf(request, reply), channel: 'portal' });
        const language = /^[a-zA-Z-]{2,5}$/.test(form['language'] ?? '') ? `&language=${form['language'] ?? ''}` : '';
        return go(`/portal/help/${encodeURIComponent(slug)}?thanks=1${language}`);
      },
    });
  const versionOf = (slug: string, { language, version }: Form) =>
    versionIn(knowledge, slug, language, /^\d{1,6}$/.test(version ?? '') ? Number(version) : undefined);
  feedback('feedback', async (slug, form, visit) =>
    knowledge.vote(visit, await versionOf(slug, form), form['helpful'] === 'yes', now()),
  );
  feedback('comments', async (slug, form, visit) => {
    const text = (form['text'] ?? '').trim().slice(0, 4_000);
    if (text !== '') await knowledge.comment(visit, await versionOf(slug, form), text, now());
  });

  page({
    method: 'GET',
    url: '/portal/chat',
    operationId: 'portalChat',
    summary: 'The assistant',
    query: ['article'],
    handler: async ({ show }) => {
      const { title: assistant, greeting } = await conversations.first();
      return show('chat', {
        at: 'chat',
        title: 'Chat',
        assistant,
        messages: [{ from: 'assistant', at: now(), text: greeting }],
      });
    },
  });

  page({
    method: 'POST',
    url: '/portal/chat',
    operationId: 'portalSay',
    summary: 'Say something to the assistant',
    handler: async ({ request, form, show }) => {
      const { name, title: assistant } = await conversations.first();
      const said = await conversations.say({
        assistant: name,
        conversation: form['conversation'] || undefined,
        text: (form['text'] ?? '').slice(0, 8_000),
        visitor: visitorOf(request),
        language: await languageOf(knowledge, request.headers['accept-language']).catch(() => 'en'),
      });
      return show('chat', {
        at: 'chat',
        title: 'Chat',
        assistant,
        messages: said.state.messages,
        conversation: said.conversation,
      });
    },
  });
}
