/** Who there is: the roles of a pack with how to reach them, and the organisation they form. */
import type { CompiledPack, RoleDef } from '../domain/policy/types';

type Pack = Pick<CompiledPack, 'people' | 'rotas'>;

/** A role as people read it. Absent fields are those the pack does not give. */
export interface PersonView {
  role: string;
  title: string;
  alsoCalled: string[];
  email?: string;
  phone?: string;
  page?: string;
  slack?: string;
  /** The calendar in which it is there; absent: at every hour. */
  hours?: string;
  note?: string;
  rota?: string;
  group?: string[];
  fallback?: string;
  reportsTo?: string;
  headcount?: { now?: number; min?: number; max?: number };
  skills: string[];
  /** Another way to reach this role. */
  pointOf?: string;
  unconfirmed: boolean;
  /** The audience it stands for. */
  list?: string;
  clauses: string[];
}

/** The roles of a pack, in its order; with `role` that one and the other ways to reach it. An unknown role gives none. */
export function listPeople(pack: Pack, role?: string): PersonView[] {
  return Object.values(pack.people)
    .filter((one) => role === undefined || one.name === role || one.pointOf === role)
    .map(personOf);
}

function personOf(def: RoleDef): PersonView {
  const clauses = [...def.clauses, ...(def.headcount?.clauses ?? []), ...(def.ratio?.clauses ?? [])];
  const { email, phone, page, slack, hours, note, rota, group, fallback, reportsTo, pointOf, list, headcount } = def;
  const given = { email, phone, page, slack, hours, note, rota, group, fallback, reportsTo, pointOf, list };
  return {
    role: def.name,
    title: def.title ?? def.name,
    alsoCalled: def.alsoCalled ?? [],
    skills: def.skills ?? [],
    unconfirmed: def.unconfirmed === true,
    clauses: [...new Set(clauses)],
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as typeof given extends infer T ? { [K in keyof T]: Exclude<T[K], undefined> } : never),
    ...(headcount === undefined ? {} : { headcount: countsOf(headcount) }),
  };
}

function countsOf({ now, min, max }: NonNullable<RoleDef['headcount']>): { now?: number; min?: number; max?: number } {
  return {
    ...(now === undefined ? {} : { now }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

/** A role in the organisation, with whoever reports to it, in the pack's order. */
export interface OrgNode {
  role: string;
  title: string;
  /** How many people hold it now. */
  count?: number;
  /** Who it is comes from this rotation. */
  rota?: string;
  reports: OrgNode[];
}

/** The organisation: every role that somebody reports to and that reports to nobody, with all below it. */
export function orgTree(pack: Pack): OrgNode[] {
  const all = Object.values(pack.people);
  const below = (name: string, above: ReadonlySet<string>): OrgNode[] =>
    all
      .filter((one) => one.reportsTo === name && !above.has(one.name))
      .map((one) => node(one, new Set([...above, one.name])));
  const node = (def: RoleDef, above: ReadonlySet<string>): OrgNode => ({
    role: def.name,
    title: def.title ?? def.name,
    ...(def.headcount?.now === undefined ? {} : { count: def.headcount.now }),
    ...(def.rota === undefined ? {} : { rota: def.rota }),
    reports: below(def.name, above),
  });
  return all
    .filter((one) => one.reportsTo === undefined && all.some((other) => other.reportsTo === one.name))
    .map((one) => node(one, new Set([one.name])));
}
