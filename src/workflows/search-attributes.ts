import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** Registered at start by the stack and by `deploy/`; no personal data in any of them. */
export const PRIORITY = defineSearchAttributeKey('TicketPriority', SearchAttributeType.KEYWORD);
export const STATUS = defineSearchAttributeKey('TicketStatus', SearchAttributeType.KEYWORD);
export const LEVEL = defineSearchAttributeKey('EscalationLevel', SearchAttributeType.KEYWORD);
export const POLICY = defineSearchAttributeKey('PolicyVersion', SearchAttributeType.KEYWORD);
export const NEXT_DUE = defineSearchAttributeKey('NextDueAt', SearchAttributeType.DATETIME);
