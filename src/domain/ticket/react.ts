/** What one event leads to, in a fixed order; and so on until nothing is left. */
import { act, continueSequences } from './act';
import { findDelivery } from './actions';
import { closeTasks, openTasks } from './tasks';
import { meetCommitments, refreshClocks, startClocks, stopAt } from './clock-reactions';
import { retryWaiting } from './deliveries';
import { fileEntries } from './entries';
import { runFlows } from './flows';
import { attempt } from './faults';
import { runTables } from './fields';
import { wouldBe } from './rollout';
import { kindOf, packIndex } from './pack-index';
import { matches } from './patterns';
import type { Happening, Turn } from './turn';

const ENDS = new Set(['resolved', 'closed', 'merged']);

function react(turn: Turn, happening: Happening): void {
  const { event } = happening;
  for (const edge of happening.edges) {
    const clauses = turn.pack.conditions.find((condition) => condition.name === edge.name)?.clauses ?? [];
    turn.as(edge.name, undefined, () => {
      turn.emit({ type: edge.now ? 'began' : 'ended', subject: edge.name, clauses });
    });
  }
  attempt(turn, 'tables', () => runTables(turn, happening));
  attempt(turn, 'commitments', () => meetCommitments(turn, happening));
  attempt(turn, 'tasks', () => closeTasks(turn, happening));
  if (ENDS.has(event.type)) stopAt(turn, happening);
  refreshClocks(turn, happening);
  fileEntries(turn, happening);
  begin(turn, happening);
  const inShadow = wouldBe(event);
  if (inShadow) begin(turn, { ...happening, event: inShadow, virtual: true });
  attempt(turn, 'in order', () => continueSequences(turn, happening));
  if (event.type === 'changed' && turn.state.waiting.length > 0)
    retryWaiting(turn, (source) => findDelivery(turn.pack, source));
}

/** What an event begins: clocks, tasks, rules and flows. */
function begin(turn: Turn, happening: Happening): void {
  const { event } = happening;
  startClocks(turn, happening);
  openTasks(turn, happening);
  for (const rule of packIndex(turn.pack, kindOf(turn.state.ticket)).rulesOn.get(event.type) ?? []) {
    if (rule.clock || !matches(rule.on, event)) continue;
    const once = `rule:${rule.name}`;
    if (rule.once && turn.state.once.includes(once)) continue;
    const run = (): void => {
      const scope = turn.scope(happening);
      if (!turn.holds(scope, rule.when)) return;
      if (rule.once) turn.emit({ type: 'fired', subject: rule.name, clauses: rule.clauses, patch: { once: [once] } });
      act(turn, happening, rule, scope);
    };
    attempt(turn, rule.name, () => turn.as(rule.name, happening, run, rule));
  }
  runFlows(turn, happening);
}

/** Work off everything that the events of this turn lead to. */
export function settleTurn(turn: Turn): void {
  for (let happening = turn.next(); happening; happening = turn.next()) react(turn, happening);
  const unknown = turn.takeUnknown();
  if (unknown.length > 0) {
    turn.emit({ type: 'unknown', data: { names: unknown }, patch: { unknown } });
    for (let happening = turn.next(); happening; happening = turn.next()) react(turn, happening);
    turn.takeUnknown();
  }
}
