/** Who may do what: the one table of roles by route and by command. `test/http/authorisation.test.ts` tries every cell. */
import { commandName } from '../domain/ticket/commands';
import { COMMANDS, type CommandName } from '../domain/ticket/types';

/** Roles of API keys. */
export const KEY_ROLES = ['intake', 'agent', 'commander', 'ops', 'admin', 'editor'] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/**
 * `public`: nobody is asked. `visitor`: everybody, and a customer who is logged in (or a key that names one) gets more.
 * `customer`: a customer who is logged in. Else the roles of API keys.
 */
export type Access = 'public' | 'visitor' | 'customer' | readonly KeyRole[];

const ANY: readonly KeyRole[] = KEY_ROLES;
/** They keep the knowledge base; of tickets they see nothing. */
const EDITORS: readonly KeyRole[] = ['admin', 'editor'];
const READERS: readonly KeyRole[] = ['agent', 'commander', 'ops', 'admin'];

/** They put a procedure into service. */
const SIGN_OFF: readonly KeyRole[] = ['commander', 'ops', 'admin'];

const INTAKE: readonly KeyRole[] = ['intake', 'admin'];

/** Every route of the API. A route that is missing here stops the server from starting. */
export const ROUTE_ACCESS = {
  'GET /': 'public',
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /status': 'public',
  'GET /metrics': ['ops', 'admin'],
  'GET /openapi.json': ANY,
  'GET /v1/openapi.json': ANY,
  'POST /v1/tickets': ['intake', 'agent', 'commander', 'admin'],
  'GET /v1/tickets': READERS,
  'GET /v1/tickets/:id': READERS,
  // What a portal may show its customer.
  'GET /v1/tickets/:id/customer': ['intake', ...READERS],
  'GET /v1/tickets/:id/timeline': READERS,
  'GET /v1/tickets/:id/agenda': READERS,
  'GET /v1/tickets/:id/explain': READERS,
  'GET /v1/tickets/:id/deliveries': READERS,
  'GET /v1/tickets/:id/messages/:template': READERS,
  'GET /v1/tickets/:id/decisions': READERS,
  'GET /v1/reviews': READERS,
  // It acts on nothing; a model costs money all the same.
  'POST /v1/triage': READERS,
  'GET /v1/registers/:kind': READERS,
  'GET /v1/policy/bots': READERS,
  'GET /v1/policy/map': READERS,
  'GET /v1/tickets/:id/map': READERS,
  'GET /v1/tickets/:id/map.svg': READERS,
  'GET /dashboard/tickets/:id/map': READERS,
  'GET /v1/policy/versions': READERS,
  // Whoever holds a role that the version names: the handler looks at the key's groups.
  'POST /v1/policy/versions/:hash/approvals': READERS,
  // Which commands: COMMAND_ACCESS.
  'POST /v1/tickets/:id/commands/:command': ['intake', 'agent', 'commander', 'admin'],
  'POST /v1/tickets/:id/nudge': ['ops', 'admin'],
  'GET /v1/people': READERS,
  'GET /v1/people/tree': READERS,
  'GET /v1/oncall': READERS,
  'GET /v1/oncall/shifts': READERS,
  'GET /v1/oncall/gaps': READERS,
  // Whoever is on call arranges a stand-in without an admin.
  'POST /v1/oncall/overrides': ['agent', 'commander', 'admin'],
  'POST /v1/oncall/feeds': READERS,
  // The address is the secret: calendar programs send no header.
  'GET /v1/oncall/feeds/:token': 'public',
  'GET /v1/keys': ['admin'],
  'POST /v1/keys': ['admin'],
  'POST /v1/keys/:id/revoke': ['admin'],
  'POST /v1/erasures': ['admin'],
  'GET /v1/rollouts/:pack': READERS,
  // Whoever runs the stack decides how much of it a procedure gets.
  'POST /v1/rollouts/:pack': ['ops', 'admin'],
  'GET /v1/rollouts/:pack/comparison': READERS,
  'GET /v1/reports': READERS,
  'GET /v1/reports/:kpi': READERS,
  'GET /v1/reports/:kpi/:period': READERS,
  'GET /v1/reports/:kpi/:period/transcripts': READERS,
  'GET /v1/dashboard': READERS,
  'GET /v1/dashboard/stream': READERS,
  'GET /dashboard': READERS,
  'GET /dashboard/widgets': READERS,
  'GET /dashboard/htmx.js': 'public',
  'GET /v1/checklists': READERS,
  'POST /v1/checklists/:checklist/items/:item': SIGN_OFF,
  'GET /dashboard/checklists': READERS,
  'POST /dashboard/checklists/:checklist/items/:item': SIGN_OFF,
  'POST /v1/series/:series': ['intake', 'ops', 'admin'],
  'GET /v1/channels': ANY,
  'GET /v1/availability': ANY,
  'GET /v1/forms/:kind': ANY,
  'GET /v1/replies': READERS,
  'GET /v1/adapters': READERS,
  // Webhooks are signed instead: SIGNED_ROUTES.
  'POST /v1/intake/email': INTAKE,
  'POST /v1/intake/chat': INTAKE,
  'POST /v1/intake/chat/snippet': INTAKE,
  'POST /v1/intake/phone': INTAKE,
  'GET /v1/intake/phone/menu': ANY,
  'GET /v1/intake/phone/waiting': READERS,
  'POST /v1/intake/ticketing/:platform': INTAKE,
  'POST /v1/intake/views': INTAKE,
  'POST /v1/rehearsals': ['commander', 'ops', 'admin'],
  // The knowledge base is for everybody to read; editors write it.
  'GET /v1/knowledge/tree': 'public',
  'GET /v1/knowledge/search': 'public',
  'POST /v1/knowledge/suggestions': 'public',
  'GET /v1/knowledge/articles/:slug': 'public',
  'POST /v1/knowledge/articles/:slug/feedback': 'public',
  'POST /v1/knowledge/articles/:slug/comments': 'public',
  'GET /v1/knowledge/usage': [...READERS, 'editor'],
  'GET /v1/knowledge/deflection': [...READERS, 'editor'],
  'POST /v1/knowledge/tree': EDITORS,
  'POST /v1/knowledge/articles': EDITORS,
  'POST /v1/knowledge/preview': EDITORS,
  'GET /v1/knowledge/articles/:slug/versions': EDITORS,
  'POST /v1/knowledge/articles/:slug/restore': EDITORS,
  'GET /v1/knowledge/articles/:slug/comments': EDITORS,
  'POST /v1/assistants/:name/messages': 'visitor',
  'GET /v1/portal/tickets': 'customer',
  'POST /v1/portal/tickets': 'customer',
  'GET /v1/portal/tickets/:id': 'customer',
  'POST /v1/portal/tickets/:id/messages': 'customer',
  'GET /v1/portal/account': 'customer',
  // Pages say by themselves that a login is needed.
  'GET /portal': 'visitor',
  'GET /portal/login': 'visitor',
  'GET /portal/login/start': 'visitor',
  'GET /portal/callback': 'visitor',
  'POST /portal/session': 'visitor',
  'POST /portal/logout': 'visitor',
  'GET /portal/tickets/new': 'visitor',
  'POST /portal/tickets': 'visitor',
  'GET /portal/tickets/:id': 'visitor',
  'POST /portal/tickets/:id/messages': 'visitor',
  'GET /portal/account': 'visitor',
  'GET /portal/help': 'visitor',
  'GET /portal/help/search': 'visitor',
  'GET /portal/help/suggest': 'visitor',
  'GET /portal/help/:slug': 'visitor',
  'POST /portal/help/:slug/feedback': 'visitor',
  'POST /portal/help/:slug/comments': 'visitor',
  'GET /portal/chat': 'visitor',
  'POST /portal/chat': 'visitor',
  'GET /portal/assets/:file': 'public',
  'GET /tickets/:id': 'public',
} as const satisfies Record<string, Access>;

export type RouteName = keyof typeof ROUTE_ACCESS;

/** Routes to which a signature in place of a key gives access; their handlers check it once they have the body. */
export const SIGNED_ROUTES: ReadonlySet<string> = new Set<RouteName>([
  'POST /v1/intake/email',
  'POST /v1/intake/chat',
  'POST /v1/intake/phone',
  'POST /v1/intake/ticketing/:platform',
]);

const HANDLING: readonly KeyRole[] = ['agent', 'commander', 'admin'];
const COMMANDING: readonly KeyRole[] = ['commander', 'admin'];

/** Every command: agents work the ticket (a first-tier agent escalates), intake passes messages on. */
export const COMMAND_ACCESS: Readonly<Record<CommandName, readonly KeyRole[]>> = Object.fromEntries(
  COMMANDS.map((name): [CommandName, readonly KeyRole[]] => {
    return [name, name === 'message' ? ['intake', ...HANDLING] : HANDLING];
  }),
) as Record<CommandName, readonly KeyRole[]>;

/** Keys that may name the role a person acts in (`by.role`), and state the instant of a command. */
export const MAY_CLAIM_ROLE: readonly KeyRole[] = COMMANDING;

/** Keys that read every ticket and every field, whomever they are restricted to. */
export const READS_ALL: readonly KeyRole[] = ['admin'];

/** Keys that may say that a ticket was received earlier than now (design.md, decision 8). */
export const MAY_STATE_RECEIPT: readonly KeyRole[] = ['intake', 'admin'];

/** The command that is meant, however it is written. Only names of the fixed set: `constructor` is none. */
export function commandOf(written: string): CommandName | undefined {
  const name: unknown = commandName(written);
  return COMMANDS.find((command) => command === name);
}
