/** The help center's content: every branch of the tree and every part of the sample article. */
import { resolve } from 'node:path';
import { categoryAt } from '../../src/domain/articles/tree';
import type { ArticleVersion, KnowledgeTree } from '../../src/domain/articles/types';
import { loadKnowledge } from '../../src/knowledge/load';
import { renderMarkdown } from '../../src/knowledge/render';
import { viewArticle } from '../../src/knowledge/view';

const links = {
  newTicket: '/portal/tickets/new?article=first-video',
  chat: '/chat',
  article: (slug: string) => `/help/${slug}`,
};
let tree: KnowledgeTree;
let articles: ArticleVersion[];
let sample: ArticleVersion;
beforeAll(async () => {
  const loaded = await loadKnowledge(resolve(__dirname, '../../policies/secureai'));
  expect(loaded.problems).toEqual([]);
  tree = loaded.tree as KnowledgeTree;
  articles = loaded.articles;
  sample = articles.find((one) => one.slug === 'first-video' && one.language === 'en') as ArticleVersion;
});

it('has the root and the eight categories in the order of the document [SEC-HD-089]', () => {
  expect([tree.title, ...tree.categories.map((one) => one.title)]).toEqual([
    'SecureAI Help Center',
    ...['Getting Started', 'Core Features', 'Integrations', 'API Documentation', 'Administration', 'Troubleshooting'],
    ...['Compliance & Security', 'Billing & Account'],
  ]);
});

const children = (path: string): string[] | undefined => categoryAt(tree, path)?.children.map((one) => one.title);

it('has the entries of Getting Started in order [SEC-HD-090]', () =>
  expect(children('Getting Started')).toEqual([
    ...['Account Setup', 'First Login', 'Profile Configuration', 'Quick Start Guide', 'Video Tutorials'],
  ]));
it('has the entries of Video Analysis in order, and the three branches of Core Features [SEC-HD-091]', () => {
  expect(children('Core Features > Video Analysis')).toEqual([
    ...['Single Video Upload', 'Batch Processing', 'API Integration', 'Results Interpretation'],
  ]);
  expect(children('Core Features')).toEqual(['Video Analysis', 'Reporting', 'Dashboards']);
});
it('has the entries of Reporting in order [SEC-HD-092]', () =>
  expect(children('Core Features > Reporting')).toEqual(['Generating Reports', 'Custom Reports', 'Scheduled Reports']));
it('has the entries of Dashboards in order [SEC-HD-093]', () =>
  expect(children('Core Features > Dashboards')).toEqual([
    'Default Dashboard',
    'Custom Dashboards',
    'Dashboard Widgets',
  ]));
it('has the entries of SIEM Platforms in order, and the three branches of Integrations [SEC-HD-094]', () => {
  expect(children('Integrations > SIEM Platforms')).toEqual([
    'Splunk Integration',
    'QRadar Integration',
    'ArcSight Integration',
  ]);
  expect(children('Integrations')).toEqual(['SIEM Platforms', 'SOAR Platforms', 'Identity Providers']);
});
it('has the entries of SOAR Platforms in order [SEC-HD-095]', () =>
  expect(children('Integrations > SOAR Platforms')).toEqual([
    'Phantom Integration',
    'Demisto Integration',
    'Sentinel Integration',
  ]));
it('has the entries of Identity Providers in order [SEC-HD-096]', () =>
  expect(children('Integrations > Identity Providers')).toEqual(['Active Directory', 'Okta', 'SAML/SSO Setup']));
it('has the entries of API Documentation in order [SEC-HD-097]', () =>
  expect(children('API Documentation')).toEqual([
    ...['Authentication', 'Video Analysis Endpoints', 'Batch Processing', 'Webhooks', 'Error Codes'],
  ]));
it('has the entries of Administration in order [SEC-HD-098]', () =>
  expect(children('Administration')).toEqual([
    ...['User Management', 'Permission Configuration', 'System Settings', 'Monitoring', 'Backup & Recovery'],
  ]));
it('has the entries of Troubleshooting in order [SEC-HD-099]', () =>
  expect(children('Troubleshooting')).toEqual([
    ...['Login Issues', 'Upload Failures', 'API Errors', 'Performance Problems', 'Integration Issues'],
  ]));
it('has the entries of Compliance & Security in order [SEC-HD-100]', () =>
  expect(children('Compliance & Security')).toEqual([
    ...['GDPR Compliance', 'CCPA Compliance', 'Data Protection', 'Security Best Practices', 'Audit Trails'],
  ]));
it('has the entries of Billing & Account in order [SEC-HD-101]', () =>
  expect(children('Billing & Account')).toEqual([
    ...['Subscription Management', 'Billing Information', 'Usage and Quotas', 'Upgrading/Downgrading'],
  ]));

it('takes the six types of content and no other [SEC-HD-208]', () => {
  expect(Object.values(tree.types).sort()).toEqual(
    [
      'How-to guide',
      'Troubleshooting article',
      'Video tutorial',
      'FAQ section',
      'Release notes',
      'API documentation',
    ].sort(),
  );
});

/** Lines of a section of the sample article, without marks and blanks. */
function section(title: string, text = sample.body): string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.replace(/^#+ /, '') === title);
  const level = /^#+/.exec(lines[at] ?? '')?.[0].length ?? 9;
  const rest = at < 0 ? [] : lines.slice(at + 1);
  const end = rest.findIndex((line) => (/^#+/.exec(line)?.[0].length ?? 9) <= level);
  return rest
    .slice(0, end < 0 ? undefined : end)
    .map((line) =>
      line
        .replace(/\*\*/g, '')
        .replace(/^(- |\d+\. )(☑️ )?/, '')
        .trim(),
    )
    .filter((line) => line !== '');
}

describe('the sample article', () => {
  it('has its five header fields, and hangs in both categories [SEC-HD-102]', () => {
    expect(sample).toMatchObject({
      title: 'How to Upload and Analyze Your First Video',
      category: 'Getting Started > Video Analysis',
      readingMinutes: 3,
      difficulty: 'Beginner',
      at: Date.parse('2025-01-27T00:00:00Z'),
    });
    expect(sample.categories).toEqual(expect.arrayContaining(['Getting Started', 'Core Features > Video Analysis']));
  });
  it('has its overview [SEC-HD-103]', () =>
    expect(section('Overview').join(' ')).toBe(
      'This guide walks you through uploading and analyzing your first video for deepfake detection using SecureAI.',
    ));
  it('has its prerequisites [SEC-HD-104]', () =>
    expect(section('Prerequisites')).toEqual([
      'Active SecureAI account',
      'Video file in supported format (MP4, AVI, MOV, MKV, WEBM)',
      'File size under 500MB',
    ]));
  it('has step 1 [SEC-HD-105]', () =>
    expect(section('Step 1: Access the Upload Interface')).toEqual([
      'Log in to your SecureAI dashboard',
      'Click the "Analyze Video" button in the main navigation',
      'The upload interface will appear',
    ]));
  it('has the three options of step 2 [SEC-HD-106]', () =>
    expect(section('Step 2: Upload Your Video')).toEqual([
      'You have three options:',
      ...['Option A: Drag and Drop', 'Drag your video file from your computer', 'Drop it into the upload area'],
      ...['Option B: File Browser', 'Click "Browse Files"', 'Select your video file', 'Click "Open"'],
      ...['Option C: URL Upload', 'Click "Upload from URL"', 'Paste the video URL', 'Click "Upload"'],
    ]));
  it('has the three types and four options of step 3 [SEC-HD-107]', () =>
    expect(section('Step 3: Configure Analysis Options')).toEqual([
      'Choose your analysis type:',
      'Quick (< 1 minute): Fast screening',
      'Comprehensive (2-5 minutes): Detailed analysis (recommended)',
      'Security-focused (3-7 minutes): Maximum scrutiny',
      'Optional settings:',
      ...[
        'Detailed forensic analysis',
        'Audio deepfake detection',
        'Metadata examination',
        'Generate blockchain proof',
      ],
    ]));
  it('has step 4, and the six stages of step 5 in order [SEC-HD-108]', () => {
    expect(section('Step 4: Start Analysis')).toEqual(['Click the "Start Analysis" button']);
    expect(section('Step 5: Monitor Progress')).toEqual([
      'Watch the progress bar and status updates:',
      ...['Video preprocessing', 'Face detection', 'Facial landmark analysis', 'Temporal consistency check'],
      ...['Audio analysis', 'Metadata examination'],
    ]);
  });
  it('has the five results of step 6 [SEC-HD-109]', () =>
    expect(section('Step 6: Review Results')).toEqual([
      "When complete, you'll see:",
      'Overall verdict (Deepfake / Real)',
      'Confidence score (0-100%)',
      'Risk level (Low / Medium / High / Critical)',
      'Detection breakdown by technique',
      'Recommended actions',
    ]));
  it('has the five rows of what results mean, and shows them as a table [SEC-HD-110]', () => {
    expect(section('What the Results Mean').slice(2)).toEqual([
      '| 90-100% | Critical | Definite deepfake - investigate immediately |',
      '| 80-89% | High | Probable deepfake - manual review recommended |',
      '| 60-79% | Medium | Suspicious - additional analysis suggested |',
      '| 40-59% | Low | Uncertain - monitor |',
      '| 0-39% | Very Low | Likely authentic |',
    ]);
    expect(renderMarkdown(sample.body, links)).toContain('<td>Very Low</td>');
  });
  it('has four next steps, of which "create incident" opens a ticket [SEC-HD-111]', () => {
    const html = renderMarkdown(sample.body, links);
    expect(html).toContain(`<li><a href="${links.newTicket}">Create incident</a> (if high risk)</li>`);
    for (const item of [
      'Download detailed report (PDF)',
      'Share results with team',
      'Configure alerts for future analyses',
    ])
      expect(html).toContain(`<li>${item}</li>`);
    expect(section('Next Steps')).toHaveLength(4);
  });
  it('has the common issues with their remedies [SEC-HD-112]', () =>
    expect(section('Common Issues')).toEqual([
      ...[
        'Upload fails:',
        'Check file size (<500MB)',
        'Verify format (MP4, AVI, MOV, MKV, WEBM)',
        'Check internet connection',
      ],
      ...[
        'Slow analysis:',
        'Large files take longer',
        'Use "Quick" analysis for faster results',
        'Check system status page',
      ],
    ]));
  it('names four related articles, none of which is a broken link [SEC-HD-113]', () => {
    const { related = [] } = viewArticle(articles, 'first-video', undefined, 'en', links) ?? {};
    expect(related.map((one) => one.title)).toEqual([
      ...['Understanding Confidence Scores', 'Generating Analysis Reports', 'Batch Processing Multiple Videos'],
      'API Integration Guide',
    ]);
    for (const { slug } of related) expect(slug === undefined || articles.some((one) => one.slug === slug)).toBe(true);
  });
});

describe('content that cannot be published', () => {
  it('links to no article that is not there', () => {
    for (const { body } of articles)
      for (const [, slug] of body.matchAll(/\(article:([a-z0-9-]+)\)/g))
        expect(articles.map((one) => one.slug)).toContain(slug);
  });
});
