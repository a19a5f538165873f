/** Channels and what agents work with: availability, forms, canned responses, what is connected. */
import type { FastifyInstance } from 'fastify';
import { TocsinError } from '../domain/errors';
import { formatInstant, parseInstant, type EpochMs } from '../domain/time/instants';
import { availability } from '../intake/availability';
import { operation } from './operation';
import { packQuery } from './people-schemas';
import {
  adaptersSchema,
  availabilityQuery,
  availabilitySchema,
  channelsSchema,
  formParams,
  formSchema,
  repliesSchema,
} from './intake-schemas';
import type { HttpPorts } from './ports';

/** Adds the routes. */
export function channelRoutes(app: FastifyInstance, ports: HttpPorts, now: () => EpochMs): void {
  operation(app, {
    method: 'GET',
    url: '/v1/channels',
    operationId: 'listChannels',
    summary: 'Ways for customers to reach support',
    tag: 'intake',
    querystring: packQuery,
    answers: { 200: { description: "In the pack's order", schema: channelsSchema } },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ query }) => {
      const pack = await ports.policies.active(query.pack);
      return {
        channels: Object.values(pack.channels).map(({ name, title, says, response, bestFor, link }) => ({
          name,
          title,
          availability: says,
          response,
          bestFor,
          link,
        })),
      };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/availability',
    operationId: 'getAvailability',
    summary: 'What a customer of a plan finds on a channel at an instant',
    tag: 'intake',
    querystring: availabilityQuery,
    answers: { 200: { description: 'The state, and when the best one is there again', schema: availabilitySchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'],
    handler: async ({ query }) => {
      const pack = await ports.policies.active(query.pack);
      const at = query.at === undefined ? now() : (parseInstant(query.at) ?? now());
      const { nextOpening, ...found } = availability(pack, query.channel, query.plan, at);
      return {
        ...found,
        at: formatInstant(found.at),
        nextOpening: nextOpening === undefined ? null : formatInstant(nextOpening),
      };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/forms/:kind',
    operationId: 'getForm',
    summary: 'The fields of a kind of ticket, for a form',
    tag: 'intake',
    params: formParams,
    querystring: packQuery,
    answers: { 200: { description: 'Fields with type, choices, and whether they are required', schema: formSchema } },
    errors: ['ESC_PACK_UNKNOWN', 'ESC_NOT_FOUND'],
    handler: async ({ params, query }) => {
      const pack = await ports.policies.active(query.pack);
      const kind = (pack.kinds as Record<string, { fields?: string[] } | undefined>)[params.kind];
      if (params.kind !== 'support' && kind === undefined)
        throw new TocsinError('ESC_NOT_FOUND', `the pack has no kind of ticket "${params.kind}"`, {
          kind: params.kind,
        });
      const names = kind?.fields ?? Object.keys(pack.fields);
      return {
        kind: params.kind,
        fields: names.flatMap((name) => {
          const field = pack.fields[name];
          if (!field) return [];
          const choices = field.values.length > 0 ? { choices: field.values } : {};
          return [{ name, type: field.type, required: field.required, ...choices }];
        }),
      };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/replies',
    operationId: 'listReplies',
    summary: 'Canned responses',
    tag: 'intake',
    querystring: packQuery,
    answers: { 200: { description: 'Each with the template that `reply` takes', schema: repliesSchema } },
    errors: ['ESC_PACK_UNKNOWN'],
    handler: async ({ query }) => {
      const pack = await ports.policies.active(query.pack);
      return {
        replies: Object.values(pack.replies).map(({ name, title, shortcut, template }) => ({
          name,
          title,
          shortcut,
          template,
        })),
      };
    },
  });

  operation(app, {
    method: 'GET',
    url: '/v1/adapters',
    operationId: 'listAdapters',
    summary: 'What is connected, and how it does',
    tag: 'intake',
    answers: { 200: { description: 'Adapters of both directions', schema: adaptersSchema } },
    handler: async () => ({ adapters: await ports.intake.adapters() }),
  });
}
