/** Escalation paths, and the reasons for which a ticket moves on them, as the core reads them. */
import type { Value } from './types';

export interface LevelDef {
  to: string[];
  /** How long an acknowledgement is waited for; without it the level is the last that is waited on. */
  ack?: number;
  /** How often the level is told again, each after `ack`, before the next level. */
  repeat: number;
  sets: Record<string, Value>;
  title?: string;
}

export interface PathDef {
  name: string;
  clauses: string[];
  kind: 'functional' | 'hierarchical';
  /** The level a ticket stands on before it was ever moved on the path; without it, none. */
  start?: Value;
  levels: LevelDef[];
  catchAll?: string;
  /** The channels a level is told by. Empty: the path tells nobody, rules do. */
  via: string[];
  template?: string;
  status?: string;
  /** Its status is for the staff: a customer reads that the ticket is being worked on. */
  visible?: 'staff';
}

/** Why a ticket is moved: what people may give as a reason, where it leads, and how it is counted. */
export interface ReasonDef {
  name: string;
  clauses: string[];
  title: string;
  move: 'escalate' | 'deescalate';
  /** What it is counted under. */
  group?: string;
  /** Where an escalation goes that names no path, and no level on it. */
  path?: string;
  to?: Value;
  /** A matter that does not wait for anybody's papers; guards read it as `event.immediate`. */
  immediate?: boolean;
  /** It is no reason: the advice given in its place. */
  refused?: string;
  /** What is offered with the refusal. */
  offer?: string;
  /** Fields that the command must hold. */
  needs: string[];
  /** The status a de-escalated ticket gets. */
  status?: string;
  /** The paths on which it counts; all of them where it is left out. A path without reasons takes any text. */
  paths?: string[];
}
