/** The canonical scenarios whose histories are kept: what a ticket meets in its life, short enough to read. */
import { compilePackText } from '../support/pack';
import { CADENCE, FAULTY, PAGING, PAUSING, PUBLIC } from '../workflows/packs';
import type { CompiledPack, JsonObject } from '../../src/domain/policy/types';
import type { Opening } from '../../src/domain/ticket/types';

export interface Canonical {
  name: string;
  pack: CompiledPack;
  opening?: Partial<Opening>;
  /** Virtual minutes before each command, and what it is. */
  steps: { after?: number; name?: string; fields?: JsonObject; at?: number; refused?: boolean }[];
  /** Minutes between the opening's instant and the start: an opening that came while nothing ran. */
  late?: number;
  renewAfterEvents?: number;
  /** Which activities fail at first. */
  fails?: ('page' | 'message' | 'archive')[];
}

const P1 = compilePackText(
  `
  catch_all: boss
  people:
    engineer: { email: e@example.com, page: Engineers, slack: "#incidents" }
    manager: { email: m@example.com, page: Managers }
    boss: { email: b@example.com, page: Bosses }
  fields: { priority: { enum: [P1, P2, P3, P4], default: P3 } }
  conditions: { p1: "ticket.priority == 'P1' && ticket.status != 'resolved' && ticket.status != 'closed'" }
  commitments:
    response: { from: opened, due: PT1H, met: agent_reply, marks: ["75%", "90%"], while: "ticket.priority == 'P1'" }
    updates: { from: opened, cadence: [{ until: PT1H, every: PT30M }, { every: PT1H }], early: PT5M, met: update_sent, marks: ["-PT10M"], while: is.p1 }
  paths: { on_call: { levels: [{ to: engineer, ack: PT5M, repeat: 2 }, { to: manager, ack: PT10M }], catch_all: boss } }
  tasks: { papers: { title: Papers, opens: resolved, for: manager, due: PT2H } }
  rules:
    begin: { on: "began(p1)", do: [{ status_page: { state: investigating, template: public_text, by: PT5M } }, { page: { path: on_call, template: down, by: PT5M } }, { notify: { to: engineer, via: [email, slack], template: news } }] }
    missed: { on: breached(updates), do: [{ page: { to: manager, template: down } }] }
    update: { on: update_sent, do: [{ status_page: { state: identified, template: public_text } }] }
    over: { on: resolved, do: [{ status_page: { state: resolved, template: public_text } }] }
    closes: { on: resolved, after: P1D, while: "ticket.status == 'resolved'", do: [{ command: close, reason: auto_close }] }
  `,
  { down: {}, news: {}, public_text: { audience: 'public' } },
);

const urgent: Partial<Opening> = { priority: 'P1' };
const minutes = (name: string, after: number, fields: JsonObject = {}): Canonical['steps'][number] => ({
  name,
  after,
  fields,
});

export const SCENARIOS: Canonical[] = [
  { name: 'p1-unacknowledged', pack: P1, opening: urgent, steps: [{ after: 40 }] },
  {
    name: 'p1-acknowledged-and-updated',
    pack: P1,
    opening: urgent,
    steps: [
      minutes('acknowledge', 3, { path: 'on_call' }),
      minutes('reply', 10, { text: 'seen' }),
      minutes('send_update', 15, { text: 'news' }),
      minutes('send_update', 30, { text: 'news' }),
    ],
  },
  {
    name: 'p1-updates-missed',
    pack: P1,
    opening: urgent,
    steps: [minutes('acknowledge', 1, { path: 'on_call' }), { after: 125 }],
  },
  {
    name: 'p1-resolved-and-closed',
    pack: P1,
    opening: urgent,
    steps: [
      minutes('acknowledge', 1, { path: 'on_call' }),
      minutes('resolve', 20, { resolution: 'x' }),
      minutes('answer', 30, { task: 'papers' }),
      { after: 1500 },
    ],
  },
  {
    name: 'p1-resolved-and-reopened',
    pack: P1,
    opening: urgent,
    steps: [minutes('resolve', 5, { resolution: 'x' }), minutes('reopen', 10), { after: 35 }],
  },
  {
    name: 'escalated-by-hand',
    pack: PAGING,
    steps: [minutes('escalate', 1, { reason: 'stuck', path: 'on_call' }), { after: 12 }],
  },
  {
    name: 'paused-and-resumed',
    pack: PAUSING,
    steps: [minutes('pause', 60), minutes('resume', 10_000), { after: 500 }],
  },
  { name: 'opened-late', pack: CADENCE, late: 10, steps: [{ after: 2 }] },
  {
    name: 'status-superseded',
    pack: PUBLIC,
    steps: [
      minutes('progress', 0, { text: 'a' }),
      minutes('progress', 0, { text: 'b' }),
      minutes('resolve', 0, { resolution: 'x' }),
    ],
  },
  {
    name: 'archive-away',
    pack: PAGING,
    fails: ['archive'],
    steps: [minutes('tag', 0, { tag: 'a' }), minutes('tag', 1, { tag: 'b' })],
  },
  {
    name: 'providers-away',
    pack: PAGING,
    fails: ['page', 'message'],
    steps: [minutes('progress', 0, { text: 'a' }), { after: 7 }],
  },
  { name: 'engine-fault', pack: FAULTY, steps: [{ after: 3 }] },
  {
    name: 'renewed',
    pack: PAGING,
    renewAfterEvents: 40,
    steps: Array.from({ length: 10 }, (_, i) => minutes('note', 0, { text: `n${i}` })),
  },
];
