/** The month of FIX-02: 500 tickets and 85 steps of escalation that give the document's figures. */
import type { History } from '../../src/domain/metrics/history';
import { ticket, tickets, type Line, type Made } from './histories';

const TOPICS: [string, number][] = [
  ['API integration complexity', 23],
  ['Custom SIEM configuration', 18],
  ['Performance optimization', 15],
  ['Security questions', 12],
  ['Bug reports', 11],
  ['Billing', 4],
  ['Other', 2],
];

const esc = (at: string, path: string, level: number): Line => [
  at,
  'escalated',
  { subject: path, level, reason: 'technical_complexity' },
];

/** January 2025 as the sample report has it. */
export function sampleMonth(): History[] {
  const topics = TOPICS.flatMap(([topic, n]) => Array.from({ length: n }, () => topic));
  const steps: Line[] = [
    ...Array.from({ length: 65 }, () => esc('PT1H', 'technical', 2)),
    ...Array.from({ length: 15 }, () => esc('PT1H', 'technical', 3)),
    ...Array.from({ length: 5 }, () => esc('PT1H', 'management', 1)),
  ];
  const resolution = (kept: boolean): Line[] => [
    kept
      ? ['PT1H', 'met', { subject: 'resolution' }]
      : ['PT1H', 'breached', { subject: 'resolution', owner: 'commitment' }],
  ];
  const escalated = steps.map((step, i): Made => ({
    ticket: { topic: topics[i] ?? 'Other' },
    lines: [
      step,
      ...(i < 3
        ? [['PT2H', 'deescalated', { subject: 'technical', from: 2, level: 1, reason: 'premature' }] as Line]
        : []),
      ['PT312M', 'resolved'],
    ],
  }));
  // 4.2 h from escalation (after 1 h) to resolution, and others slow enough for an average of 8.4 h and more.
  const other = (i: number): Made => ({
    lines: [
      ...resolution(i >= 24),
      ['PT10H', 'resolved'],
      ['PT11H', 'closed'],
      ...(i < 10
        ? [
            ['PT11H', 'task_opened', { subject: 'csat' }] as Line,
            ['PT12H', 'task_done', { subject: 'csat', choice: i < 5 ? 5 : 4 }] as Line,
          ]
        : []),
    ],
  });
  return [
    ...escalated.map((made) => ticket(made)),
    ...tickets(414, (i) => other(i)),
    ticket({ lines: [['PT10H', 'resolved']] }),
  ];
}
