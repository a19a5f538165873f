/** A decision that repeats the message: what passes through can be seen. */
import type { TriageDecision, TurnText } from '../../src/domain/classify/types';

export const decisionOn = (turns: readonly TurnText[]): TriageDecision => ({
  keywordHit: true,
  supplementaryHit: false,
  keywords: ['hacked'],
  intent: turns[0]?.text ?? '',
  evidence: null,
  confidence: 0,
  action: 'normal_handling',
  outcome: null,
  turn: null,
  interrupt: null,
  gathered: [],
  reassessment: null,
  reasons: [],
  version: 'v1',
});
