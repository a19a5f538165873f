import { resolve } from 'node:path';
import type { ArticleDraft, KnowledgeTree } from '../../src/domain/articles/types';
import { loadKnowledge } from '../../src/knowledge/load';
import {
  articleVersions,
  importKnowledge,
  knowledgeTree,
  listArticles,
  restoreArticle,
  saveArticle,
  searchKnowledge,
} from '../../src/store/knowledge';
import {
  articleUsage,
  comment,
  commentsOn,
  deflection,
  recordUse,
  ticketAfter,
  vote,
} from '../../src/store/knowledge-use';
import { HOUR, MINUTE, T0 } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();
const PACK = 'secureai';
let tree: KnowledgeTree;

beforeAll(async () => {
  const loaded = await loadKnowledge(resolve(__dirname, '../../policies/secureai'));
  if (!loaded.tree) throw new Error('the pack has no knowledge base');
  tree = loaded.tree;
  await importKnowledge(store.pool, PACK, { tree, articles: loaded.articles }, T0);
});
beforeEach(async () => {
  await store.pool.query('truncate knowledge_session, knowledge_use, knowledge_vote, knowledge_comment cascade');
});

const draft = (over: Partial<ArticleDraft> = {}): ArticleDraft => ({
  slug: 'scratch',
  language: 'en',
  title: 'A scratch article',
  type: 'faq',
  category: 'Getting Started',
  categories: ['Getting Started'],
  related: [],
  clauses: [],
  body: 'Some words.',
  ...over,
});
const search = (text: string, language = 'en') =>
  searchKnowledge(store.pool, { packId: PACK, text, language, fallback: 'en' });
const visit = (id: string) => ({ id, packId: PACK, channel: 'portal' });
const ARTICLE = { slug: 'first-video', language: 'en', version: 1 };

describe('content', () => {
  it('comes from the folder of the pack, once: what was edited since stays [SEC-HD-203]', async () => {
    expect((await knowledgeTree(store.pool, PACK))?.categories.map((one) => one.title)).toHaveLength(8);
    const loaded = await loadKnowledge(resolve(__dirname, '../../policies/secureai'));
    expect(await importKnowledge(store.pool, PACK, { tree, articles: loaded.articles }, T0)).toEqual([]);
    expect((await listArticles(store.pool, PACK)).map((one) => one.slug)).toContain('first-video');
  });

  it('has a version an edit with author and time, and any can be restored as a new one [SEC-HD-203]', async () => {
    const save = (body: string, author: string, minutes: number) =>
      saveArticle(store.pool, { packId: PACK, draft: draft({ body }), author, at: T0 + minutes * MINUTE });
    await save('one', 'Ada', 0);
    await save('two', 'Ben', 1);
    await save('three', 'Ada', 2);
    const versions = await articleVersions(store.pool, PACK, 'scratch');
    expect(versions.map(({ version, author, at, body }) => [version, author, at, body])).toEqual([
      [1, 'Ada', T0, 'one'],
      [2, 'Ben', T0 + MINUTE, 'two'],
      [3, 'Ada', T0 + 2 * MINUTE, 'three'],
    ]);
    const at = T0 + 3 * MINUTE;
    const restored = await restoreArticle(store.pool, {
      packId: PACK,
      slug: 'scratch',
      language: 'en',
      version: 1,
      author: 'Cy',
      at,
    });
    expect([restored.version, restored.author, restored.body]).toEqual([4, 'Cy', 'one']);
    const none = restoreArticle(store.pool, {
      packId: PACK,
      slug: 'scratch',
      language: 'en',
      version: 9,
      author: 'Cy',
      at,
    });
    expect(await codeOf(none)).toBe('ESC_NOT_FOUND');
  });

  it('changes the date of its last update with an edit [SEC-HD-102]', async () => {
    const [first] = await articleVersions(store.pool, PACK, 'first-video');
    if (!first) throw new Error('no article');
    expect(first.at).toBe(Date.parse('2025-01-27T00:00:00Z'));
    const { version: _v, author: _a, at: _at, ...rest } = first;
    expect((await saveArticle(store.pool, { packId: PACK, draft: rest, author: 'Ada', at: T0 })).at).toBe(T0);
  });

  it('numbers the versions of two who save at once one after the other', async () => {
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((body) =>
        saveArticle(store.pool, { packId: PACK, draft: draft({ slug: 'together', body }), author: body, at: T0 }),
      ),
    );
    expect((await articleVersions(store.pool, PACK, 'together')).map((one) => one.version)).toEqual([1, 2, 3, 4]);
  });

  it.each(['how_to', 'troubleshooting', 'video', 'faq', 'release_notes', 'api'])(
    'takes the type %s [SEC-HD-208]',
    async (type) => {
      expect(
        (await saveArticle(store.pool, { packId: PACK, draft: draft({ slug: 'typed', type }), author: 'Ada', at: T0 }))
          .type,
      ).toBe(type);
    },
  );

  it('refuses the type podcast and says which there are [SEC-HD-208]', async () => {
    const saved = saveArticle(store.pool, { packId: PACK, draft: draft({ type: 'podcast' }), author: 'Ada', at: T0 });
    await expect(saved).rejects.toThrow(/"podcast" is no type of article; the types are .*\btroubleshooting\b/);
  });
});

describe('search', () => {
  it('finds the sample article by words of its text [SEC-HD-204]', async () => {
    expect((await search('file size')).map((hit) => hit.slug)).toContain('first-video');
  });

  it('finds articles of all four kinds of content by "upload fails" and the like [SEC-HD-011]', async () => {
    const hits = await search('upload fails');
    expect(hits.map((hit) => hit.slug)).toEqual(expect.arrayContaining(['upload-failures', 'first-video']));
    expect(hits[0]?.confidence).toBe(1);
    const types = new Set((await search('video upload formats')).map((hit) => hit.type));
    expect([...types]).toEqual(expect.arrayContaining(['how_to', 'faq', 'video', 'troubleshooting']));
  });

  it('reads no operators and no markup out of what people type', async () => {
    for (const text of ["'", "a'b & | ! :*", '<b>', '\\', ' ', '%_', 'o\'brien\'s "file"'])
      await expect(search(text)).resolves.toBeDefined();
    expect(await search('xyzzy')).toEqual([]);
    expect(await search('the and of')).toEqual([]);
  });

  it('shows the language that was asked for, else the fallback [SEC-HD-206]', async () => {
    const slugs = async (language: string) =>
      (await search('compress video verkleinern', language)).map((hit) => [hit.slug, hit.language]);
    expect(await slugs('de')).toContainEqual(['compress-a-video', 'de']);
    expect(await slugs('fr')).toContainEqual(['compress-a-video', 'en']);
  });

  it('ranks a title above a mention', async () => {
    expect((await search('compress a video'))[0]?.slug).toBe('compress-a-video');
  });
});

describe('readers', () => {
  it('have one vote a version, and their last word counts [SEC-HD-114]', async () => {
    await vote(store.pool, visit('v1'), ARTICLE, false, T0);
    await vote(store.pool, visit('v2'), ARTICLE, true, T0);
    await vote(store.pool, visit('v1'), ARTICLE, false, T0 + 1);
    const usage = async () => (await articleUsage(store.pool, PACK, 'first-video'))[0];
    expect(await usage()).toMatchObject({ helpful: 1, notHelpful: 1, helpfulRatio: 0.5 });
    await vote(store.pool, visit('v1'), ARTICLE, true, T0 + 2);
    expect(await usage()).toMatchObject({ helpful: 2, notHelpful: 0, helpfulRatio: 1 });
    await vote(store.pool, visit('v1'), { ...ARTICLE, version: 2 }, false, T0 + 3);
    expect(await usage()).toMatchObject({ helpful: 2, notHelpful: 1 });
  });

  it('leave comments that are kept with the version [SEC-HD-207]', async () => {
    await comment(store.pool, visit('v1'), { ...ARTICLE, version: 2 }, 'Step 3 is unclear', T0);
    expect(await commentsOn(store.pool, PACK, 'first-video')).toEqual([
      { slug: 'first-video', language: 'en', version: 2, text: 'Step 3 is unclear', at: T0 },
    ]);
  });

  it('are counted: views, helpful ratio, tickets within a day of a view [SEC-HD-205]', async () => {
    for (let i = 0; i < 10; i++)
      await recordUse(store.pool, visit(`v${i}`), { kind: 'view', article: ARTICLE }, T0 + i);
    await ticketAfter(store.pool, visit('v1'), 'TICK-20260306-001', T0 + HOUR);
    await ticketAfter(store.pool, visit('v2'), 'TICK-20260306-002', T0 + 23 * HOUR);
    await ticketAfter(store.pool, visit('v3'), 'TICK-20260307-001', T0 + 25 * HOUR);
    expect((await articleUsage(store.pool, PACK))[0]).toEqual({
      ...{
        slug: 'first-video',
        views: 10,
        helpful: 0,
        notHelpful: 0,
        helpfulRatio: null,
        ticketsAfterView: 2,
        comments: 0,
      },
    });
  });

  it('count as deflected where a day passed without a ticket', async () => {
    for (const id of ['a', 'b', 'c', 'd'])
      await recordUse(store.pool, visit(id), { kind: 'search', query: 'upload', hits: 2 }, T0);
    await ticketAfter(store.pool, visit('a'), 'TICK-20260306-001', T0 + 24 * HOUR - 1);
    await ticketAfter(store.pool, visit('b'), 'TICK-20260307-001', T0 + 24 * HOUR);
    const counted = (now: number) => deflection(store.pool, PACK, T0, T0 + HOUR, now);
    expect(await counted(T0 + 48 * HOUR)).toEqual({ sessions: 4, deflected: 3, share: 0.75 });
    expect(await deflection(store.pool, PACK, T0 + HOUR, T0 + 2 * HOUR, T0 + 48 * HOUR)).toEqual({
      sessions: 0,
      deflected: 0,
      share: null,
    });
  });
});
