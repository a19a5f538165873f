/** One message or conversation on its way through a pack's triage. */
import type { Gathering } from './gather';
import type { Reading } from './reading';
import type { Ask, Triage, TriageOptions } from './classifier';
import type { Answer, RouteSpec, TriageDecision, TurnText } from './types';

type Steps = Generator<Ask, void, Answer>;
type Step = 'filter' | 'gather' | 'educate' | 'end';

/** One conversation under way. */
export class Run {
  private readonly hits = { keyword: new Set<string>(), supplementary: new Set<string>() };
  private readonly reasons: string[] = [];
  private readonly texts: string[] = [];
  private readonly readings: Reading[] = [];
  private readonly gathering: Gathering;
  private step: Step = 'filter';
  private intent: string | null = null;
  private evidence: string | null = null;
  private confidence = 0;
  private action: string | null = null;
  private outcome: string | null = null;
  private turn: number | null = null;
  private interrupt: string | null = null;
  private reassessment: Answer | null = null;
  private reopened = false;
  private customerTurns = 0;

  constructor(
    private readonly triage: Triage,
    private readonly options: TriageOptions,
  ) {
    this.gathering = triage.gathering();
  }

  *conversation(turns: readonly TurnText[]): Steps {
    let asked = false;
    for (const turn of turns) {
      if (turn.from === 'agent') {
        if (this.step !== 'gather') continue;
        const reading = this.triage.read(turn.text);
        const question = reading.sentences.some((sentence) => sentence.text.includes('?'));
        if (!question && !this.asksSomething(reading)) continue;
        this.gathering.ask(reading);
        asked = true;
        continue;
      }
      this.customerTurns++;
      if (this.step === 'gather' && !asked) this.gathering.ask();
      yield* this.customer(turn.text);
      asked = false;
    }
  }

  private asksSomething(reading: Reading): boolean {
    return this.triage.spec.gather.items.some((item) => item.asked.some((name) => this.triage.hasSign(reading, name)));
  }

  private *customer(text: string): Steps {
    this.texts.push(text);
    const reading = this.triage.read(text);
    this.readings.push(reading);
    if (reading.clipped) this.because('a part of the middle of a very long text was not read');
    if (this.step === 'filter') yield* this.filter(text, reading);
    else if (this.step === 'gather') yield* this.gather(text, reading);
    else if (this.step === 'educate') yield* this.educated(reading);
  }

  private *filter(text: string, reading: Reading): Steps {
    const { keyword, supplementary } = this.triage.keywords(text, reading);
    for (const one of keyword) this.hits.keyword.add(one);
    for (const one of supplementary) this.hits.supplementary.add(one);
    const hit = keyword.length + supplementary.length > 0;
    if (hit) this.because(`keywords: ${[...keyword, ...supplementary].join(', ')}`);
    if (!hit && this.options.prefilter !== false) {
      if (this.intent === null) {
        this.end(this.triage.spec.prefilter.miss, false);
        this.because('no keyword of any list: nothing was classified');
      }
      return;
    }
    yield* this.classify(hit);
  }

  private *classify(hit: boolean): Steps {
    const all = this.triage.join(this.readings);
    const answer = yield* this.asked('intent', this.texts, all);
    const before = { action: this.action, outcome: this.outcome };
    this.intent = answer.value;
    this.confidence = answer.score;
    const route = routeOf(this.triage.spec.intent, answer);
    // Nothing to go by yet (`Hello?`): the next message is looked at again, as after a pre-filter that finds nothing.
    if (route.value === null && !hit) {
      if (before.outcome === null) this.end(route, false);
      return;
    }
    this.action = null;
    this.outcome = null;
    this.turn = null;
    if (route.go === null) return this.end(route);
    yield* this.assess(all);
  }

  private *assess(all: Reading): Steps {
    const answer = yield* this.asked('evidence', this.texts, all);
    this.evidence = answer.value;
    this.confidence = answer.score;
    yield* this.follow(routeOf(this.triage.spec.evidence, answer), all);
  }

  /** Goes where a route leads. `all` is what the customer has said so far. */
  private *follow(route: RouteSpec, all: Reading): Steps {
    if (route.go === null) return this.end(route);
    if (route.go === 'educate') {
      this.end(route, false);
      this.step = 'educate';
      return;
    }
    if (route.go !== 'gather') return this.end(route);
    this.step = 'gather';
    this.action ??= route.action;
    this.outcome = null;
    this.turn = null;
    // What was written before the gathering began counts for it: nobody is asked for what he has said.
    yield* this.gather(this.texts.join('\n'), all, true);
  }

  private *gather(text: string, reading: Reading, entering = false): Steps {
    const { interrupts } = this.triage.spec.gather;
    this.gathering.take(text, reading);
    for (const one of interrupts) {
      const answer = yield* this.asked(one.question, [text], reading);
      if (answer.score < one.at_least) continue;
      this.interrupt = one.name;
      this.because(`interrupted: ${one.name}, ${answer.score} of ${one.at_least}`);
      if (entering) this.action = null;
      return this.end({
        value: null,
        at_least: null,
        go: null,
        outcome: one.outcome,
        action: one.action,
        clauses: one.clauses,
      });
    }
    if (this.gathering.done) yield* this.reassess(entering);
  }

  private *reassess(entering: boolean): Steps {
    const all = this.triage.join(this.readings, this.gathering.signs());
    const answer = yield* this.asked('reassess', this.texts, all);
    this.reassessment = answer;
    const route = routeOf(this.triage.spec.reassess, answer);
    if (entering && this.customerTurns === 1) this.action = null;
    if (route.go === 'educate') {
      this.end(route, false);
      this.step = 'educate';
    } else this.end(route);
  }

  /** After the explanation: only what shows a breach after all opens the matter again, and only once. */
  private *educated(reading: Reading): Steps {
    if (this.reopened) return;
    const answer = this.triage.answer('evidence', reading);
    const route = routeOf(this.triage.spec.evidence, answer);
    if (route.go !== 'gather' || route.at_least === null) return;
    this.reopened = true;
    this.because('new evidence after the explanation');
    this.reasons.push(...answer.reasons);
    yield* this.follow(route, this.triage.join(this.readings));
  }

  private end(route: RouteSpec, final = true): void {
    this.action ??= route.action;
    this.outcome = route.outcome;
    this.turn = route.outcome === null ? null : this.customerTurns;
    if (final) this.step = 'end';
  }

  private *asked(question: string, texts: readonly string[], reading: Reading): Generator<Ask, Answer, Answer> {
    const embedded = this.triage.answer(question, reading);
    const answer = yield { question, texts: [...texts], embedded };
    this.reasons.push(...answer.reasons.map((reason) => `${question}: ${reason}`));
    return answer;
  }

  private because(reason: string): void {
    this.reasons.push(reason);
  }

  decision(): TriageDecision {
    const { prefilter, intent } = this.triage.spec;
    return {
      keywordHit: this.hits.keyword.size > 0,
      supplementaryHit: this.hits.supplementary.size > 0,
      keywords: [...this.hits.keyword, ...this.hits.supplementary],
      intent: this.intent ?? UNCLEAR,
      evidence: this.evidence,
      confidence: this.confidence,
      action: this.action ?? prefilter.miss.action ?? intent.at(-1)?.action ?? '',
      outcome: this.outcome,
      turn: this.turn,
      interrupt: this.interrupt,
      gathered: this.gathering.gathered,
      reassessment: this.reassessment,
      reasons: this.reasons,
      version: this.triage.version,
    };
  }
}

/** The intent of a message of which none is known. */
export const UNCLEAR = 'UNCLEAR';

/** The first route that takes an answer; the last one, which asks for nothing, takes what no other does. */
export function routeOf(routes: readonly RouteSpec[], answer: Answer): RouteSpec {
  const found = routes.find(
    (route) =>
      (route.value === null || route.value === answer.value) &&
      (route.at_least === null || answer.score >= route.at_least),
  );
  if (!found) throw new Error('a list of routes must end with one for every answer');
  return found;
}
