/** The keyword classifier of seed 001, bit by bit: the pack's tables against the document's function, and its published results. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import type { CompiledPack, Json } from '../../src/domain/policy/types';
import { open } from '../../src/domain/ticket/engine';
import { makeEnv } from '../../src/domain/ticket/env';
import { blankState } from '../../src/domain/ticket/evolve';
import { loadPack } from '../../src/policies/load';
import { withParams } from '../../src/rehearsal/rehearse';

const DIR = resolve(__dirname, '../../policies/secureai');
const CATALOGUE = '/work/shared/clauses/clauses-secureai.yaml';
let pack: CompiledPack;
beforeAll(async () => {
  pack = (await loadPack(DIR)).pack;
});

/** The document's `classify_ticket`, word for word as TypeScript has it. */
function reference(text: string): { category: string; priority: string; confidence: number } {
  const categories: Record<string, string[]> = {
    account_access: ['login', 'password', 'access', 'account', 'locked'],
    upload_issues: ['upload', 'file', 'size', 'format', 'failed'],
    api_integration: ['api', 'token', 'authentication', '401', '403'],
    performance: ['slow', 'timeout', 'loading', 'performance'],
    billing: ['bill', 'invoice', 'payment', 'charge', 'subscription'],
    security: ['breach', 'security', 'hack', 'unauthorized', 'incident'],
  };
  const priorities: Record<string, string[]> = {
    critical: ['down', 'outage', 'breach', 'all users', 'emergency'],
    high: ['urgent', 'production', 'blocking', 'critical business'],
    medium: ['issue', 'problem', 'error', 'bug'],
    low: ['question', 'how to', 'feature request'],
  };
  const lower = text.toLowerCase();
  const first = (lists: Record<string, string[]>): string | undefined =>
    Object.keys(lists).find((name) => lists[name]?.some((word) => lower.includes(word)));
  return { category: first(categories) ?? 'general', priority: first(priorities) ?? 'medium', confidence: 0.85 };
}

/** What a version of the classifier in the pack says of a subject and a body. */
function classified(version: 'keyword_v1' | 'keyword_v2', subject: string, body = ''): Record<string, Json> {
  const state = blankState('T', { id: pack.id, version: '1', hash: '' });
  const env = makeEnv({
    pack: withParams(pack, { classifier: version }),
    state: { ...state, ticket: { ...state.ticket, subject, text_findings: [] } },
    event: { type: 'opened', at: 0, by: { name: 'x', kind: 'customer' }, data: {} },
    message: { subject, body, from: 'customer' },
  });
  const table = (name: string): Json => env.call('table', [name]) as Json;
  return {
    category: table(`${version}_category`),
    priority: table(`${version}_priority`),
    confidence: table('confidence'),
  };
}

/** The priority a ticket gets that says nothing but its words. */
function opened(subject: string): { priority: Json; category: Json } {
  const outcome = open(
    pack,
    { subject, body: '', channel: 'email', customer: { name: 'Jane', email: 'jane@example.com', plan: 'starter' } },
    { id: 'T', at: 0, recordedAt: 0, packHash: '' },
  );
  if (!outcome.ok) throw new Error(outcome.rejection.message);
  return { priority: outcome.state.ticket['priority'] ?? null, category: outcome.state.ticket['category'] ?? null };
}

const RESULTS: [text: string, category: string, priority: string, expected: string][] = [
  [
    'Our API integration stopped working this morning. All requests are getting 401 errors.',
    'api_integration',
    'medium',
    'P2',
  ],
  ['The analysis is taking 10+ minutes instead of the usual 2 minutes.', 'general', 'medium', 'P3'],
  ['We need to ensure our GDPR compliance. Can you delete all data for user ID 12345?', 'general', 'medium', 'P2'],
  ['Complete outage', 'general', 'critical', 'P1'],
  ['data breach', 'security', 'critical', 'P1'],
  ['security incident', 'security', 'medium', 'P1'],
  ['API failures', 'api_integration', 'medium', 'P2'],
  ['batch processing down', 'general', 'critical', 'P2'],
  ['login issues', 'account_access', 'medium', 'P2'],
  ['Individual feature bug', 'general', 'medium', 'P3'],
  ['slow performance', 'performance', 'medium', 'P3'],
  ['Cosmetic issues', 'general', 'medium', 'P4'],
  ['feature requests', 'general', 'low', 'P4'],
  ['questions', 'general', 'low', 'P4'],
  ['System completely unavailable', 'general', 'medium', 'P1'],
  ['Data loss or corruption', 'general', 'medium', 'P1'],
  ['Video upload - file too large', 'upload_issues', 'medium', 'P3'],
  ['API authentication failing with 401 error', 'api_integration', 'medium', 'P2'],
  ['Splunk integration failing to forward events', 'general', 'medium', 'P2'],
  ['How to download my report', 'general', 'critical', 'P4'],
  ['Where do I find information about plans?', 'upload_issues', 'medium', 'P4'],
  ['Unauthorized access detected, possible breach', 'account_access', 'critical', 'P1'],
];

describe('keyword_v1', () => {
  it.each(RESULTS)('%s [SEC-HD-181, SEC-HD-182, SEC-HD-184]', (text, category, priority) => {
    expect(classified('keyword_v1', text)).toEqual({ category, priority, confidence: 0.85 });
    expect(reference(text)).toEqual({ category, priority, confidence: 0.85 });
  });

  it('says what the document says of every text, its body included, whatever the case [SEC-HD-181, SEC-HD-182, SEC-HD-183]', () => {
    const WORDS =
      'login password locked upload format failed api token 401 slow loading bill charge breach hack down outage all users emergency urgent blocking issue bug question how to feature request Download INFORMATION Ａpi ﬁle plain text'.split(
        ' ',
      );
    const text = fc
      .array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 6 })), { maxLength: 6 })
      .map((words) => words.join(' '));
    fc.assert(
      fc.property(text, text, (subject, body) => {
        expect(classified('keyword_v1', subject, body)).toEqual(reference(`${subject}\n${body}`));
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same for API DOWN as for api down [SEC-HD-183]', () => {
    expect(classified('keyword_v1', 'API DOWN')).toEqual({
      category: 'api_integration',
      priority: 'critical',
      confidence: 0.85,
    });
    expect(classified('keyword_v1', 'api down')).toEqual(classified('keyword_v1', 'API DOWN'));
  });
});

describe('keyword_v2, the default', () => {
  it('takes whole words only [SEC-HD-182, SEC-HD-183]', () => {
    expect(classified('keyword_v2', 'How to download my report')).toMatchObject({
      priority: 'low',
      category: 'general',
    });
    expect(classified('keyword_v2', 'information on plans')).toMatchObject({ category: 'general' });
    expect(classified('keyword_v2', 'The server is DOWN')).toMatchObject({ priority: 'critical' });
  });

  it('is less sure of a text in which it knows no word [SEC-HD-184]', () => {
    expect(classified('keyword_v2', 'hello')['confidence']).toBe(0.5);
  });
});

describe('the pipeline', () => {
  it.each(RESULTS)(
    '%s gets the priority of the definitions [SEC-HD-052, SEC-HD-053, SEC-HD-054, SEC-HD-055]',
    (text, _category, _priority, expected) => {
      expect(opened(text).priority).toBe(expected);
    },
  );

  // Every line of both documents' definitions and examples, and its other number.
  it.each([
    [
      'P1',
      [
        'Complete outages',
        'Data breaches',
        'security incidents',
        'Security breach or data leak',
        'Affects all or most customers',
        'System down',
        'All users affected',
        'A security vulnerability',
        'data leaks',
      ],
    ],
    [
      'P2',
      [
        'Major functionality unavailable',
        'Major functionality broken',
        'Performance severely degraded',
        'API completely non-functional',
        'Affects multiple users',
        'API failure',
        'login issue',
        'Batch processing is down',
      ],
    ],
    [
      'P3',
      [
        'Minor functionality impaired',
        'Affects limited users',
        'Workaround available',
        'Non-critical bugs',
        'Non-critical bug',
        'Individual feature bugs',
        'Slow performance',
        'wrong invoice',
      ],
    ],
    [
      'P4',
      [
        'Cosmetic issue',
        'Feature request',
        'General questions',
        'General question',
        'Documentation requests',
        'Documentation request',
        'Question',
      ],
    ],
  ])('of %s', (priority, texts) => {
    expect(texts.map((text) => [text, opened(text).priority])).toEqual(texts.map((text) => [text, priority]));
  });

  it('puts the practice scenarios into their categories [SEC-ESC-186, SEC-ESC-190, SEC-ESC-194]', () => {
    expect(RESULTS.slice(0, 3).map(([text]) => opened(text).category)).toEqual([
      'api_integration',
      'performance',
      'compliance',
    ]);
  });
});

it('the results are those of the catalogue, where it lies beside the project', () => {
  expect(RESULTS).toHaveLength(22);
  if (!existsSync(CATALOGUE)) return;
  const { classifier_results: listed } = parse(readFileSync(CATALOGUE, 'utf8')) as {
    classifier_results: Record<string, string>[];
  };
  expect(
    listed.map((one) => [
      one['text'],
      one['keyword_v1_category'],
      one['keyword_v1_priority'],
      one['expected_priority'],
    ]),
  ).toEqual(RESULTS);
});
