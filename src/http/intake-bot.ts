/** The pack's assistant as the chatbot of intake: it answers first, and its handover is the ticket of the conversation. */
import type { Visitor } from '../domain/assistant/types';
import { TocsinError } from '../domain/errors';
import type { Opening } from '../domain/ticket/types';
import type { IntakeBot } from '../intake/ports';
import { isUnknownAddress, type Customer } from '../intake/ways';
import type { Conversations } from './conversations';

/** The assistant that customers meet first. Answers undefined where the pack has none; its errors are the caller's to get on without. */
export function intakeBot(conversations: Conversations, language: () => Promise<string>): IntakeBot {
  return {
    async answer({ session, text, customer, opening }) {
      const def = await conversations.first().catch((error: unknown) => {
        if (error instanceof TocsinError && error.code === 'ESC_NOT_FOUND') return undefined;
        throw error;
      });
      if (!def) return undefined;
      const { conversation, replies, state } = await conversations.say({
        assistant: def.name,
        conversation: session,
        text,
        visitor: visitorOf(customer),
        language: await language(),
        opens: (wish) => merged(opening, wish),
      });
      // Whoever writes was greeted by the widget: the greeting is not an answer.
      const said = session === undefined ? replies.slice(1) : replies;
      const { ticket } = state;
      const handoff = state.status === 'handed_off';
      return {
        text: said.join('\n\n'),
        handoff,
        session: conversation,
        ...(handoff && typeof ticket?.['id'] === 'string'
          ? { ticket: { id: ticket['id'], number: String(ticket['number']) } }
          : {}),
      };
    },
  };
}

/** Who a widget says they are: not identified, for a page can say anything. Account facts stay behind the login. */
function visitorOf({ name, email, plan }: Customer): Visitor {
  return { identified: false, name, ...(isUnknownAddress(email) ? {} : { email }), ...(plan === '' ? {} : { plan }) };
}

/** The assistant's ticket with what intake knows beside: the customer, the way in, the queue. */
function merged(known: Opening, wish: Opening): Opening {
  const { customer } = known;
  const given = wish.customer?.email ?? '';
  const email = isUnknownAddress(given) || given === '' ? customer?.email : given;
  return {
    ...known,
    ...wish,
    ...(customer && email !== undefined ? { customer: { ...customer, email } } : {}),
    fields: { ...known.fields, ...wish.fields },
  };
}
