/**
 * The lane of questions to the outside: each goes to an activity of its own, all beside each other; the loop awaits none.
 * What comes of it is an input like any other. The deadline is the core's: a question without an answer is simply dropped
 * here, and one that a renewal carries over is put again, with the key that makes it the same question.
 */
import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { FactAnswer, TicketEvent } from '../domain/ticket/types';
import type { Question, Queues, TicketActivities } from './messages';

/** An attempt that a dead worker took along is noticed after this; the SDK reports beats after four fifths of it. */
const HEARTBEAT = '6s';

/** What the lane needs of the ticket it belongs to. */
export interface QuestionPorts {
  ticket: string;
  packHash: string;
  queues: Queues;
  /** Whether the core still waits for this very question. */
  awaited(question: Question): boolean;
  /** Called with each answer; it has to end with `flush`. */
  answered(answer: FactAnswer): void;
  now(): number;
}

/** The questions of one run of a ticket. */
export class Questions {
  private queue: Question[] = [];
  private readonly underWay = new Map<string, Question>();

  constructor(private readonly ports: QuestionPorts) {}

  /** Queue what these events ask; `flush` puts it. */
  add(events: readonly TicketEvent[]): void {
    for (const { type, data } of events)
      if (type === 'asked') this.queue.push({ ticket: this.ports.ticket, ...data } as unknown as Question);
  }

  /** Put questions again that the run before had not had answered. */
  carry(questions: readonly Question[]): void {
    this.queue.push(...questions);
  }

  /** Put every question that is still open. Nothing is awaited. */
  flush(): void {
    const open = this.queue.filter((question) => this.ports.awaited(question));
    this.queue = [];
    for (const question of open) void this.put(question);
  }

  /** Everything that the core still waits for: carried over at renewal. */
  unanswered(): Question[] {
    return [...this.underWay.values(), ...this.queue].filter((question) => this.ports.awaited(question));
  }

  /** Whether any activity is under way for something that the core still waits for. */
  get busy(): boolean {
    return [...this.underWay.values()].some((question) => this.ports.awaited(question));
  }

  private async put(question: Question): Promise<void> {
    const { queues, packHash } = this.ports;
    this.underWay.set(question.key, question);
    const activities = proxyActivities<TicketActivities>({
      scheduleToCloseTimeout: Math.max(1, question.due - this.ports.now()),
      heartbeatTimeout: HEARTBEAT,
      cancellationType: ActivityCancellationType.ABANDON,
      taskQueue: queues.deliveries,
      retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' },
      summary: `answer ${question.fact}`,
    });
    let answer: FactAnswer | undefined;
    try {
      answer = await activities.answerQuestion(question, packHash);
    } catch {
      // Nobody could answer in time: the core's own deadline says so, at its exact instant.
    }
    this.underWay.delete(question.key);
    if (answer) this.ports.answered(answer);
  }
}
