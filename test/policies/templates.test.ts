import { durationWords, htmlOf, renderTemplate, variablesOf, type TemplateSource } from '../../src/policies/templates';

const at = Date.UTC(2025, 0, 27, 15, 30);
const render = (source: TemplateSource | string, vars = {}, zone = 'America/New_York') =>
  renderTemplate('t', typeof source === 'string' ? { text: source } : source, vars, zone);

describe('filters', () => {
  test.each<[string, object, string]>([
    ['{{ x | time }}', { x: at }, 'Mon 27 Jan 2025, 10:30 EST'],
    ['{{ x | time }}', { x: '2025-07-01T08:00:00Z' }, 'Tue 1 Jul 2025, 04:00 EDT'],
    ['{{ x | clock }}', { x: at }, '10:30 EST'],
    ['{{ x | date }}', { x: at }, 'Mon 27 Jan 2025'],
    ['{{ x | duration }}', { x: 1_800_000 }, '30 minutes'],
    ['{{ x | duration }}', { x: 'PT1H' }, '1 hour'],
  ])('%s of %j is %s', (text, vars, expected) => expect(render(text, vars).text).toBe(expected));

  test.each<[unknown, string]>([
    [60_000, '1 minute'],
    [3_600_000, '1 hour'],
    [9_000_000, '2 hours 30 minutes'],
    [86_400_000, '1 day'],
    ['P2DT1H', '2 days 1 hour'],
    [45_000, '45 seconds'],
    [0, '0 minutes'],
  ])('%j lasts %s', (value, words) => expect(durationWords(value)).toBe(words));
});

describe('a message that cannot be rendered is refused', () => {
  test.each<[string, string, object]>([
    ['a name without a value', '{{ ticket.nothing }}', { ticket: {} }],
    ['a filter that does not exist', '{{ 1 | loud }}', {}],
    ['an inherited property', '{{ ticket.constructor }}', { ticket: {} }],
    ['a time that is none', '{{ x | time }}', { x: 'soon' }],
    ['a duration that is none', '{{ x | duration }}', { x: 'soon' }],
    [
      'more work than a message may make',
      '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}',
      {},
    ],
    ['a file of the machine', '{% include "/etc/passwd" %}', {}],
  ])('%s', (_what, text, vars) => {
    expect(() => render(text, vars)).toThrow(
      expect.objectContaining({
        code: 'ESC_TEMPLATE_FAILED',
        message: expect.stringMatching(/^the template "t" cannot be rendered: /),
      }),
    );
  });
});

describe('the parts of a message', () => {
  test('a subject is one line, whatever a field holds', () => {
    const { subject } = render(
      { subject: 'Issue: {{ s }}', text: '' },
      { s: 'a\r\nBcc: everyone@x.test\u2028b\u0000c' },
    );
    expect(subject).toBe('Issue: a Bcc: everyone@x.test b c');
  });

  test('without HTML of its own a text becomes escaped paragraphs with links', () => {
    const { html, text } = render('Dear {{ n }},\n\nsee https://x.test/a?b=1&c=2.\nBye', { n: '<script>"x"</script>' });
    expect(text).toContain('<script>');
    expect(html).toContain('<p>Dear &lt;script&gt;&quot;x&quot;&lt;/script&gt;,</p>');
    expect(html).toContain('see <a href="https://x.test/a?b=1&amp;c=2">https://x.test/a?b=1&amp;c=2</a>.<br>');
  });

  test('values are escaped in HTML of its own', () => {
    const { html, subject } = render({ text: 'x', html: '<b>{{ n }}</b>' }, { n: '<i>&' });
    expect(html).toBe('<b>&lt;i&gt;&amp;</b>');
    expect(subject).toBe('');
  });

  test('an address in quotes does not swallow the quotes', () => {
    expect(htmlOf('"https://x.test/a"')).toContain('&quot;<a href="https://x.test/a">https://x.test/a</a>&quot;');
  });
});

test('the names a template reads, however it reads them', () => {
  const text = `{{ ticket.customer.name | upcase }}{% for f in ticket.flags %}{{ f }}{{ forloop.index }}{% endfor %}
{% assign next = commitment.p1.next %}{{ next | time }}{% if event.text contains 'x' %}{{ ticket['number'] }}{% endif %}{{ ticket[event.key] }}`;
  expect(variablesOf({ text, subject: '{{ param.x }}', html: '{{ is.p1 }}' })).toEqual([
    'commitment.p1.next',
    'event.key',
    'event.text',
    'is.p1',
    'param.x',
    'ticket',
    'ticket.customer.name',
    'ticket.flags',
    'ticket.number',
  ]);
});
