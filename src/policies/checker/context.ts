/** What every check is given: the pack, its expressions with their places, the names it declares, and a way to complain. */
import type { TemplateDef } from '../../domain/policy/types';
import type { Site, SourcePath } from '../compiler';
import type { LoadedPack, Problem } from '../load';
import type { PackSource } from '../schema/pack';
import { locateVariable } from '../template-files';
import { unknownName } from '../unknown-name';
import { packNames, type PackNames } from './names';

export { unknownName } from '../unknown-name';

/** One check: reads the context, complains through it. */
export type Check = (context: CheckContext) => void;

type Severity = Problem['severity'];

/** One pack under the checker. */
export class CheckContext {
  readonly problems: Problem[] = [];
  readonly source: PackSource;
  readonly names: PackNames;
  /** Every expression of the pack with its place. */
  readonly sites: readonly Site[];
  /** The pack's own templates, without those of its parts. */
  readonly templates: readonly TemplateDef[];

  constructor(
    readonly loaded: LoadedPack,
    /** Whether the pack is about to run for real: what the organisation had to fill in is then an error. */
    readonly production: boolean,
  ) {
    this.source = loaded.source;
    this.sites = loaded.sites;
    this.names = packNames(loaded.source, loaded.pack);
    this.templates = Object.values(loaded.pack.templates).filter((one) =>
      Object.hasOwn(loaded.templateFiles, one.name),
    );
  }

  /** An error at a place of the pack. A rule's name is stable: people look up by it. */
  error(rule: string, at: SourcePath, message: string): void {
    this.say('error', rule, at, message);
  }

  /** Something that runs, but is probably not meant. */
  warn(rule: string, at: SourcePath, message: string): void {
    this.say('warning', rule, at, message);
  }

  /** A warning that is an error before production. */
  beforeProduction(rule: string, at: SourcePath, message: string): void {
    this.say(this.production ? 'error' : 'warning', rule, at, message);
  }

  private say(severity: Severity, rule: string, at: SourcePath, message: string): void {
    this.problems.push({ severity, ...this.loaded.positions.locate(at), path: at.join('.'), message, rule });
  }

  /** A complaint about an expression, at the first place in it where `name` stands. */
  inExpression(severity: Severity, rule: string, site: Site, name: string, message: string): void {
    const index = columnOf(site.cel.src, name);
    const within = index < 0 ? {} : { line: 1, column: site.offset + index + 1 };
    const at = this.loaded.positions.locate(site.path, within);
    this.problems.push({ severity, ...at, path: site.path.join('.'), message, rule });
  }

  /** A complaint about a template, at the first place in it where `name` is read. */
  inTemplate(severity: Severity, rule: string, template: string, name: string, message: string): void {
    const file = this.loaded.templateFiles[template];
    const at = file ? locateVariable(file, name) : this.loaded.positions.locate(['templates', template]);
    this.problems.push({ severity, ...at, path: `templates.${template}`, message, rule });
  }

  /** An error where a name is not among the known ones; says which was probably meant. */
  known(kind: string, name: string, known: ReadonlySet<string>, at: SourcePath): boolean {
    if (known.has(name)) return true;
    this.error('unknown-name', at, unknownName(kind, name, known));
    return false;
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where a name stands in an expression's text, or -1; `.name` is one of a part. A name across lines is not looked for. */
function columnOf(src: string, name: string): number {
  if (src.includes('\n')) return -1;
  const part = name.startsWith('.');
  const bare = part ? name.slice(1) : name;
  return src.search(new RegExp(`${part ? '(?<=\\.)' : '(?<![\\w.])'}${escaped(bare)}(?!\\w)`));
}
