/** Intercom's webhooks (notification_event) as messages of a conversation. */
import { z } from 'zod';
import type { ChatMessage } from './chat';

const author = z.looseObject({
  type: z.string().optional(),
  id: z.union([z.string(), z.number()]).optional(),
  name: z.string().nullish(),
  email: z.string().nullish(),
});
const part = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  part_type: z.string().optional(),
  body: z.string().nullish(),
  author: author.optional(),
});

/** A notification as Intercom sends it; what is not read here is let through. */
export const intercomNotification = z
  .looseObject({
    type: z.literal('notification_event'),
    id: z.string().min(1),
    topic: z.string().min(1),
    app_id: z.string().optional(),
    data: z.looseObject({
      item: z.looseObject({
        type: z.string().optional(),
        id: z.union([z.string(), z.number()]).optional(),
        source: part.optional(),
        contacts: z
          .looseObject({ contacts: z.array(z.looseObject({ external_id: z.string().nullish() })).optional() })
          .optional(),
        conversation_parts: z.looseObject({ conversation_parts: z.array(part).optional() }).optional(),
      }),
    }),
  })
  .meta({ id: 'IntercomNotification', description: "Intercom's notification_event" });
export type IntercomNotification = z.output<typeof intercomNotification>;

const TOPICS: Record<string, ChatMessage['from']> = {
  'conversation.user.created': 'customer',
  'conversation.user.replied': 'customer',
  'conversation.admin.replied': 'agent',
};

const plain = (html: string): string =>
  html
    .replace(/<br\s*\/?>|<\/p>/gi, '\n')
    .replace(/<[^>]+>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .trim();

/** The messages of a notification, oldest first; none for a topic that is about something else (`ping` too). */
export function messagesOf(notification: IntercomNotification): ChatMessage[] {
  const from = TOPICS[notification.topic];
  const { item } = notification.data;
  if (from === undefined || item.id === undefined) return [];
  const parts = item.conversation_parts?.conversation_parts ?? [];
  const said = notification.topic === 'conversation.user.created' || parts.length === 0 ? [item.source ?? {}] : parts;
  const external = item.contacts?.contacts?.[0]?.external_id ?? undefined;
  return said.flatMap((one, i) => {
    const words = plain(one.body ?? '');
    if (words === '' || one.part_type === 'note') return [];
    const { name, email, type, id } = one.author ?? {};
    return [
      {
        id: `${notification.id}/${String(one.id ?? i)}`,
        conversation: String(item.id),
        from: type === 'bot' ? 'bot' : from,
        author: name ?? email ?? String(id ?? from),
        text: words,
        ...(from === 'customer'
          ? {
              customer: {
                ...(name ? { name } : {}),
                ...(email ? { email } : {}),
                ...(external === undefined ? {} : { user_id: external }),
              },
            }
          : {}),
      },
    ];
  });
}
