/**
 * The provider of last resort: where no other is configured, a message is recorded and shown, never silently dropped.
 */
import { addresses, personOf, TransientDeliveryError, type ChannelPort, type DeliveryLog } from './ports';

/**
 * Takes every message, says so in one line of the log, and leaves keeping it to the caller's ledger. A receipt with
 * the provider `recorded` is honest: nobody was told outside.
 */
export function createRecorder(log: DeliveryLog): ChannelPort {
  return {
    provider: 'recorded',
    async send(message, signal) {
      if (signal.aborted) throw new TransientDeliveryError('recorder: the call was given up');
      const to = addresses(message.to);
      log.info(`recorded ${message.channel} to ${to}: ${message.subject.replace(/\s+/g, ' ')}`, {
        key: message.key,
        ticket: message.number ?? message.ticket,
        priority: message.priority,
      });
      return { provider: 'recorded', providerId: message.key, to, ...personOf(message.to) };
    },
  };
}
