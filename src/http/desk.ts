/** What a customer may do with their own tickets, whatever shell they come through: the portal's pages, its API, an assistant. */
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import type { PublicTicket } from '../domain/ticket/public-view';
import type { EpochMs } from '../domain/time/instants';
import type { OwnTicket } from '../store/portal';
import type { Customer } from './identity';
import type { Opened, HttpPorts } from './ports';
import type { Visit } from './knowledge-port';

/** A ticket in the list, with the instant by which its customer hears again. */
export type ListedTicket = OwnTicket & { nextUpdate?: EpochMs };

/** What a customer hands in. */
export interface Submission {
  subject: string;
  body: string;
  /** The article they come from. */
  article?: string | undefined;
  /** Makes a repeat harmless. */
  key: string;
}

const OVER = new Set(['resolved', 'closed']);
/** Of so many open tickets the next update is looked up for the list. */
const LOOKED_UP = 20;

/** The desk over the ports. */
export class Desk {
  constructor(
    private readonly ports: HttpPorts,
    private readonly now: () => EpochMs,
  ) {}

  /** The customer's own tickets, the newest first. */
  async list({ email }: Pick<Customer, 'email'>): Promise<ListedTicket[]> {
    const own = await this.ports.portal.own(email);
    const open = new Set(own.filter((one) => !OVER.has(one.status)).slice(0, LOOKED_UP));
    return Promise.all(
      own.map(async (one): Promise<ListedTicket> => {
        if (!open.has(one)) return one;
        // The list must come even where one ticket's workflow does not answer.
        const view = await this.ports.portal.view(one.id).catch(() => undefined);
        return view ? { ...one, status: view.status, priority: view.priority, ...nextOf(view) } : one;
      }),
    );
  }

  /** One of them. Errors: ESC_TICKET_NOT_FOUND, the same for another customer's ticket as for none. */
  async ticket(customer: Pick<Customer, 'email'>, ticket: string): Promise<PublicTicket> {
    return this.ports.portal.view((await this.own(customer, ticket)).id);
  }

  private async own({ email }: Pick<Customer, 'email'>, ticket: string): Promise<OwnTicket> {
    const found = await this.ports.portal.find(email, ticket);
    if (!found) throw new TocsinError('ESC_TICKET_NOT_FOUND', `there is no ticket "${ticket}"`, { ticket });
    return found;
  }

  /** Opens a ticket; the same key opens it once. Errors: those of an opening. */
  async submit(customer: Customer, { subject, body, article, key }: Submission, visit?: Visit): Promise<Opened> {
    if (customer.plan === '')
      throw new TocsinError('ESC_FIELD_REQUIRED', 'the login says nothing about the plan', { field: 'plan' });
    const at = this.now();
    const { id, name, email, plan } = customer;
    const opened = await this.ports.tickets.open({
      opening: {
        subject,
        body,
        channel: 'portal',
        customer: { name, email, plan, ...(id === '' ? {} : { id }) },
        ...(article === undefined ? {} : { tags: [`article:${article}`] }),
      },
      idempotencyKey: `customer:${email.toLowerCase()}/${key}`,
      receivedAt: at,
      now: at,
    });
    // A deflection that cannot be counted must not cost the customer their ticket.
    if (visit) await this.ports.knowledge.ticketOpened(visit, opened.id, at).catch(() => undefined);
    return opened;
  }

  /** Passes on what the customer writes. Errors: ESC_TICKET_NOT_FOUND, the core's refusals. */
  async write(customer: Customer, ticket: string, text: string, key: string): Promise<void> {
    const { id } = await this.own(customer, ticket);
    await this.ports.tickets.command(id, {
      id: `portal:${key}`,
      name: 'message',
      at: this.now(),
      by: { name: customer.name, kind: 'customer' },
      fields: { from: 'customer', text },
    });
  }

  /** What is known of their account; undefined where nobody knows. */
  async account({ id, email }: Pick<Customer, 'id' | 'email'>): Promise<JsonObject | undefined> {
    return this.ports.accounts.facts({ id, email });
  }
}

const nextOf = ({ nextUpdate }: PublicTicket): { nextUpdate?: EpochMs } =>
  nextUpdate === undefined ? {} : { nextUpdate };
