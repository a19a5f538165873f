/** RingCentral's telephony session notifications as events of a call. */
import { z } from 'zod';
import type { CallEvent } from './phone';

const party = z.looseObject({
  id: z.string().optional(),
  direction: z.string().optional(),
  extensionId: z.string().optional(),
  from: z.looseObject({ phoneNumber: z.string().optional(), name: z.string().optional() }).optional(),
  to: z
    .looseObject({
      phoneNumber: z.string().optional(),
      extensionNumber: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  status: z.looseObject({ code: z.string() }).optional(),
  recordings: z.array(z.looseObject({ id: z.string(), contentUri: z.url().optional() })).optional(),
});

/** A notification as RingCentral sends it. */
export const ringcentralNotification = z
  .looseObject({
    uuid: z.string().min(1),
    event: z.string().includes('/telephony/sessions'),
    timestamp: z.string().optional(),
    body: z.looseObject({
      telephonySessionId: z.string().min(1),
      eventTime: z.string().optional(),
      parties: z.array(party).min(1),
    }),
  })
  .meta({ id: 'RingCentralNotification', description: "RingCentral's telephony session notification" });

const EVENTS: Record<string, CallEvent['event']> = {
  Answered: 'answered',
  Disconnected: 'ended',
  Gone: 'ended',
  VoiceMail: 'voicemail',
};

/** The event of a call, or undefined where it says nothing that matters here. */
export function callOf(notification: z.output<typeof ringcentralNotification>): CallEvent | undefined {
  const { uuid, body, timestamp } = notification;
  const one = body.parties.find((each) => each.direction !== 'Outbound');
  const event = EVENTS[one?.status?.code ?? ''];
  if (!one || event === undefined) return undefined;
  const recording = one.recordings?.find((each) => each.contentUri !== undefined)?.contentUri;
  const at = body.eventTime ?? timestamp;
  return {
    id: `ringcentral/${uuid}`,
    call: body.telephonySessionId,
    event,
    ...(at === undefined ? {} : { at }),
    ...(one.from?.phoneNumber === undefined ? {} : { from: one.from.phoneNumber }),
    ...(one.to?.phoneNumber === undefined ? {} : { to: one.to.phoneNumber }),
    ...(event === 'answered' && one.to?.name !== undefined ? { agent: one.to.name } : {}),
    ...(recording === undefined ? {} : { recording }),
  };
}
