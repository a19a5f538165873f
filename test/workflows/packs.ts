/** Packs of the workflow tests. */
import { compilePackText } from '../support/pack';

const PEOPLE = `
  people:
    engineer: { email: e@example.com, page: Engineers }
    second: { email: s@example.com, page: Seconds }
    manager: { email: m@example.com }
    boss: { email: b@example.com, page: Bosses }
`;

/** Pages the engineer at the opening, the second after five minutes; tells the manager by mail. */
export const PAGING = compilePackText(
  `
  catch_all: boss
  ${PEOPLE}
  paths:
    on_call: { levels: [{ to: engineer, ack: PT5M }, { to: second, ack: PT5M }], catch_all: boss }
  guards:
    resolve_text: { command: resolve, needs: [ticket.resolution], say: A resolution text is needed }
  rules:
    begin: { on: opened, do: [{ page: { path: on_call, template: down, name: first } }, { notify: { to: manager, via: [email], template: news } }] }
    progress: { on: progress, do: [{ notify: { to: manager, via: [email], template: news } }] }
    tagged: { on: tagged, do: [{ page: { to: boss, template: down } }] }
  `,
  { down: { text: 'The-words-of-a-page' }, news: { text: 'News' } },
);

/** A status page with a text an update, and a promise to answer within a day. */
export const PUBLIC = compilePackText(
  `
  ${PEOPLE}
  commitments: { reply: { from: opened, due: P1D, met: agent_reply } }
  rules:
    begin: { on: opened, do: [{ status_page: { state: investigating, template: public_text } }] }
    update: { on: progress, do: [{ status_page: { state: identified, template: public_text } }] }
    over: { on: resolved, do: [{ status_page: { state: resolved, template: public_text } }] }
  `,
  { public_text: { text: '{{ ticket.status }}', audience: 'public' } },
);

/** A clock that a pause stops. */
export const PAUSING = compilePackText(`
  catch_all: boss
  ${PEOPLE}
  commitments: { resolution: { from: opened, due: PT8H, met: resolved, pause: "ticket.status == 'pending'", marks: ["50%"] } }
  rules: { broken: { on: [breached(resolution), mark(resolution)], do: [{ page: { to: engineer, template: late } }] } }
`);

/** Something every minute, and two rules that fall due while nobody works. */
export const CADENCE = compilePackText(`
  ${PEOPLE}
  commitments: { updates: { from: opened, cadence: [{ every: PT1M }], met: update_sent, while: "ticket.status != 'resolved'" } }
  rules:
    missed: { on: breached(updates), do: [{ page: { to: engineer, template: missed, if_late: latest-only } }] }
    third: { on: opened, after: PT3M, do: [{ page: { to: second, template: third } }] }
`);

/** A rule that becomes a circle when it falls due, and one that comes after it. */
export const FAULTY = compilePackText(`
  catch_all: boss
  ${PEOPLE}
  rules:
    circle: { on: opened, after: PT1M, do: [{ note: begins }] }
    round: { on: noted, when: "event.text == 'begins' || event.text == 'again'", do: [{ note: again }] }
    later: { on: opened, after: PT2M, do: [{ page: { to: engineer, template: later } }] }
`);
