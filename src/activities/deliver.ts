/**
 * The activities that make a delivery: claim it in the ledger, find who it is for, give it words, send it, settle it.
 * They throw only what may succeed later; every end is a receipt.
 */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { Delivery, Receipt } from '../domain/ticket/types';
import { underSignal, withDeadline } from './deadline';
import type { DeliverDeps, DeliverLimits, RenderedTemplate } from './delivery-ports';
import { builtInText, givenText, isSettlingPage, messageFor } from './message';
import { isPermanent, isTransient, TransientDeliveryError } from './ports';
import { findCopies, findTargets, isCustomerFacing, isPage, type PackPeople, type Target } from './recipients';
import { reusable, sentHere, type SentHere } from './sent-here';

/** The activities of the delivery lanes, by the names the workflow calls them. */
export interface DeliverActivities {
  /** For pages: waits for nothing but the provider. */
  deliverPage(delivery: Delivery, packHash: string): Promise<Receipt>;
  /** For every other channel. */
  deliverMessage(delivery: Delivery, packHash: string): Promise<Receipt>;
}

const LIMITS: DeliverLimits = { claimMs: 300, customerClaimMs: 5000, lookupMs: 1000, sendMs: 20_000 };
/** Recipients of one broadcast that are served beside each other. */
const BESIDE = 5;

interface Making {
  deps: DeliverDeps;
  limits: DeliverLimits;
  sent: SentHere;
  delivery: Delivery;
  packHash: string;
  pack: PackPeople | undefined;
  page: boolean;
  /** A customer or the public reads it. */
  outside: boolean;
}

/**
 * Makes the activities over their ports. Errors thrown are transient (Temporal retries without limit; a provider's
 * `Retry-After` becomes `nextRetryDelay`); a permanent failure is a receipt with the outcome `failed`.
 */
export function createDeliver(deps: DeliverDeps): DeliverActivities {
  const limits = { ...LIMITS, ...deps.limits };
  const sent = sentHere();
  const make = async (delivery: Delivery, packHash: string): Promise<Receipt> => {
    try {
      const page = isPage(delivery);
      const pack = await packOf(deps, packHash, page, limits.lookupMs);
      const outside = isCustomerFacing(delivery, pack);
      return await deliver({ deps, limits, sent, delivery, packHash, pack, page, outside });
    } catch (error) {
      throw retryable(error);
    }
  };
  return { deliverPage: make, deliverMessage: make };
}

async function deliver(making: Making): Promise<Receipt> {
  const { deps, delivery, pack, page } = making;
  const claim = await claimed(making, delivery);
  if (claim.receipt !== undefined) return claim.receipt;
  const end = (receipt: Receipt) => settled(making, delivery, receipt, claim.ours);
  const now = deps.now();
  if (!page && delivery.worthUntil !== undefined && now > delivery.worthUntil) {
    const detail = `not worth sending after ${new Date(delivery.worthUntil).toISOString()}`;
    return end({ key: delivery.key, outcome: 'dropped', at: now, detail });
  }
  const targets = await findTargets(deps, delivery, pack, making.limits.lookupMs);
  if (targets.length === 0) {
    return end({ key: delivery.key, outcome: 'unreached', at: now, detail: `nobody holds ${delivery.role}` });
  }
  const text = await textOf(making);
  if ('failed' in text) return end({ key: delivery.key, outcome: 'failed', at: deps.now(), detail: text.failed });
  const [only, more] = targets;
  if (only !== undefined && more === undefined && delivery.channel !== 'broadcast') {
    return end(await sendTo(making, only, delivery.key, text));
  }
  return end(summary(delivery, deps.now(), await fanOut(making, targets, text, claim.ours)));
}

/**
 * Every recipient under a key of its own, `key#<hash of the address>`: a position would name somebody else when the
 * audience has changed between two attempts. Those already sent are not sent again; transient failures are thrown
 * after everyone has had their try.
 */
async function fanOut(
  making: Making,
  targets: readonly Target[],
  text: RenderedTemplate,
  ledgerUp: boolean,
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  const later: unknown[] = [];
  const queue = [...targets];
  const serve = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      try {
        receipts.push(await sendOneOf(making, target, text, ledgerUp));
      } catch (error) {
        later.push(error);
      }
      making.deps.heartbeat?.(receipts.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(BESIDE, targets.length) }, serve));
  if (later.length > 0) throw longestWait(later);
  return receipts;
}

async function sendOneOf(making: Making, target: Target, text: RenderedTemplate, ledgerUp: boolean): Promise<Receipt> {
  const { delivery } = making;
  const key = `${delivery.key}#${createHash('sha256').update(target.address.toLowerCase()).digest('hex').slice(0, 12)}`;
  const one: Delivery = { ...delivery, key, to: target.address };
  delete one.recipients;
  // Nobody gets a copy for each recipient of a list.
  delete one.cc;
  // A ledger that has just not answered is not waited for once more a recipient.
  const claim = ledgerUp ? await claimed(making, one) : reusable(making.sent.recall(key), false);
  if (claim.receipt !== undefined) return claim.receipt;
  return settled(making, one, await sendTo(making, target, key, text), claim.ours);
}

/** Hands one message to its channel. Permanent failures become a receipt here. */
async function sendTo(making: Making, target: Target, key: string, text: RenderedTemplate): Promise<Receipt> {
  const { deps, delivery, limits, sent } = making;
  const cc = await findCopies(deps, delivery, making.pack, limits.lookupMs);
  const message = messageFor(delivery, target, key, text, cc);
  const channel = deps.channels[delivery.channel];
  const parent = deps.signal?.() ?? new AbortController().signal;
  const who = target.person === undefined ? {} : { person: target.person };
  try {
    const result = await underSignal(parent, limits.sendMs, (signal) => channel.send(message, signal));
    const at = deps.now();
    const person = result.person === undefined || target.person !== undefined ? who : { person: result.person };
    const receipt: Receipt = {
      ...{ key, outcome: result.outcome ?? 'delivered', at, handedOverAt: at, to: result.to },
      ...person,
      provider: result.provider,
    };
    sent.remember(receipt);
    return receipt;
  } catch (error) {
    if (!isPermanent(error)) throw error;
    deps.log.warn(`a delivery was refused: ${error.message}`, { key, channel: delivery.channel });
    const detail = `${error.code}: ${error.message}`;
    return { key, outcome: 'failed', at: deps.now(), to: target.address, ...who, provider: channel.provider, detail };
  }
}

/**
 * The ledger's word, by channel (design.md, decision 3): outside messages wait for it; the others are sent without it,
 * unless this very process remembers that it sent them.
 */
async function claimed(making: Making, delivery: Delivery): Promise<{ ours: boolean; receipt?: Receipt }> {
  const { deps, limits, outside, sent } = making;
  const deadlineMs = outside ? limits.customerClaimMs : limits.claimMs;
  try {
    const claim = await withDeadline(deadlineMs, 'the ledger', () => deps.ledger.claim(delivery, { deadlineMs }));
    if (claim.status === 'settled') return { ours: true, receipt: claim.receipt };
    return reusable(sent.recall(delivery.key), true);
  } catch (error) {
    if (outside) {
      throw new TransientDeliveryError('the ledger is not available: a customer message waits for it', {
        cause: error,
      });
    }
    deps.log.warn('sent without the ledger, which gave no answer in time', { key: delivery.key });
    return reusable(sent.recall(delivery.key), false);
  }
}

/** Writes the receipt down, at once where the ledger answers, else in the background; never fails a sent message. */
async function settled(making: Making, delivery: Delivery, receipt: Receipt, now: boolean): Promise<Receipt> {
  const { deps, limits } = making;
  try {
    if (!now) throw new TransientDeliveryError('the ledger did not answer the claim');
    await withDeadline(limits.claimMs, 'the ledger', () => deps.ledger.settle(delivery, receipt));
  } catch {
    deps.settleLater.settleLater(delivery, receipt);
  }
  return receipt;
}

async function packOf(
  deps: DeliverDeps,
  packHash: string,
  page: boolean,
  lookupMs: number,
): Promise<PackPeople | undefined> {
  if (!page) return deps.people.pack(packHash);
  try {
    return await withDeadline(lookupMs, 'the policy pack', () => deps.people.pack(packHash));
  } catch (error) {
    deps.log.warn('a page goes out without its policy pack', { packHash, error: messageOf(error) });
    return undefined;
  }
}

/** The words, the built-in ones for people inside; for a customer a failed template waits for a person. */
async function textOf(making: Making): Promise<RenderedTemplate | { failed: string }> {
  const { deps, delivery, packHash, pack, outside, page, limits } = making;
  if (isSettlingPage(delivery)) return builtInText(delivery);
  if (delivery.template === '') {
    const given = givenText(delivery) ?? (outside ? undefined : builtInText(delivery));
    return given ?? { failed: 'ESC_TEMPLATE_FAILED: no template and no text; the message waits for a person' };
  }
  const render = () => deps.templates.render(packHash, delivery.template, delivery.vars, pack?.zone ?? 'UTC');
  try {
    return await (page ? withDeadline(limits.lookupMs, 'the template', render) : render());
  } catch (error) {
    if (!outside) {
      deps.log.warn('a template failed: the built-in text is sent', { key: delivery.key, error: messageOf(error) });
      return builtInText(delivery);
    }
    // A pack that has not arrived on this disk is no fault of the template.
    const { code } = error as { code?: unknown };
    if (code === 'ESC_PACK_UNKNOWN' || code === 'ESC_STORE_UNAVAILABLE') throw error;
    return { failed: `ESC_TEMPLATE_FAILED: ${messageOf(error)}; the message waits for a person` };
  }
}

/** One receipt for a fan-out: delivered when anybody was, with the number of those who were not. */
function summary(delivery: Delivery, at: number, receipts: readonly Receipt[]): Receipt {
  const taken = receipts.filter((one) => one.outcome === 'delivered');
  const failed = receipts.filter((one) => one.outcome !== 'delivered');
  const list = (values: (string | undefined)[]) => [...new Set(values.filter((one) => one !== undefined))].join(', ');
  const best = taken.length > 0 ? taken : failed;
  const handedOver = taken.map((one) => one.handedOverAt ?? one.at);
  const people = list(best.map((one) => one.person));
  // A long audience is counted, not spelt out: the receipt is part of the history.
  const to = best.length <= 10 ? list(best.map((one) => one.to)) : `${best.length} recipients`;
  const detail = `${failed.length} of ${receipts.length} failed: ${failed[0]?.detail ?? ''}`;
  return {
    key: delivery.key,
    outcome: taken.length > 0 ? 'delivered' : 'failed',
    at,
    ...(handedOver.length === 0 ? {} : { handedOverAt: Math.min(...handedOver) }),
    to,
    ...(people === '' || best.length > 10 ? {} : { person: people }),
    ...(best[0]?.provider === undefined ? {} : { provider: best[0].provider }),
    ...(failed.length === 0 ? {} : { detail }),
  };
}

function longestWait(errors: readonly unknown[]): unknown {
  const wait = (error: unknown) => (isTransient(error) ? (error.retryAfterMs ?? 0) : 0);
  return [...errors].sort((a, b) => wait(b) - wait(a))[0];
}

/** A provider's `Retry-After` reaches Temporal as the delay of the next attempt; all else is thrown as it is. */
function retryable(error: unknown): unknown {
  if (!isTransient(error) || error.retryAfterMs === undefined) return error;
  const { message, code: type, retryAfterMs: nextRetryDelay } = error;
  return ApplicationFailure.create({ message, type, nonRetryable: false, nextRetryDelay, cause: error });
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
