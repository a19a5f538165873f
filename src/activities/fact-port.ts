/** Where answers to a pack's questions come from, other than its classifier: one port each, by the name that facts give it. */
import type { FactDef, JsonObject } from '../domain/policy/types';
import type { FactAnswer } from '../domain/ticket/types';

/** A question to a port. */
export interface PortQuestion {
  /** Ticket id. */
  ticket: string;
  fact: FactDef;
  inputs: JsonObject;
  /** Ends when no answer is waited for any more. */
  signal: AbortSignal;
}

/** Without a value nobody knows: `reasons` say why. */
export type PortAnswer = Pick<FactAnswer, 'value' | 'score' | 'reasons'>;

/**
 * Throws {@link TransientDeliveryError} where the same question may be answered later, {@link PermanentDeliveryError}
 * where it never will. No message holds a secret.
 */
export interface FactPort {
  answer(question: PortQuestion): Promise<PortAnswer>;
}
