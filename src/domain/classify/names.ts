/** People named in a text: written with capitals, as a known first name, or as a user name. */
import type { ClassifierSpec } from './types';
import { clean, clip, foldText } from './text';

const CANDIDATE = /@?[\p{L}\p{N}_][\p{L}\p{N}_.'-]*|[,;:.!?\n()"]/gu;
/** `jx99`, `@handle`, `pastor_daniel`. */
const USER_NAME = /^(@[\p{L}\p{N}_.-]{2,}|(?=.*\d)(?=.*\p{L})[\p{L}\p{N}_.-]{3,}|[\p{L}\p{N}]+_[\p{L}\p{N}_]+)$/u;
const CAPITAL = /^\p{Lu}[\p{L}'-]*\p{Ll}[\p{L}'-]*$/u;
const ORDINAL = /^\d+(st|nd|rd|th|am|pm|h|hrs|mins?|x|k|%)$/;
/** What a closing begins with; the names after it are the writer's. */
const CLOSING =
  /^\s*(thanks|thank you|many thanks|regards|best|best regards|kind regards|warmly|blessings|sincerely|in christ|cheers|saludos|atentamente|gracias|abracos|obrigad[oa]|mit freundlichen|viele grusse|liebe grusse|cordialement|merci)\b[^.?]{0,40}$/;

/** How a text's names are looked for. */
export interface NameSettings {
  /** The writer was asked for names: a single first name is an answer. */
  asked: boolean;
}

/** Compiled lists of names. */
export class NameFinder {
  private readonly first: ReadonlySet<string>;
  private readonly never: ReadonlySet<string>;
  private readonly titles: ReadonlySet<string>;
  private readonly places: ReadonlySet<string>;

  constructor(names: ClassifierSpec['names']) {
    const set = (list: readonly string[]): Set<string> => new Set(list.map(foldText));
    this.first = set(names.first);
    this.never = set(names.never);
    this.titles = set(names.titles);
    this.places = set(names.places);
  }

  /** Names in the order in which they are met, each once. */
  find(text: string, { asked }: NameSettings): string[] {
    const found: string[] = [];
    const add = (name: string): void => void (found.includes(name) || found.push(name));
    let signed = false;
    for (const line of clean(clip(text)).split('\n')) {
      if (signed) break;
      signed = CLOSING.test(foldText(line).replace(/[,!.]+\s*$/, ''));
      if (!signed) this.line(line, asked, add);
    }
    return found;
  }

  private line(line: string, asked: boolean, add: (name: string) => void): void {
    const tokens = [...line.matchAll(CANDIDATE)].map((match) => match[0].replace(/['.-]+$/, '').replace(/'s$/, ''));
    let initial = true;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] ?? '';
      if (token === '' || /^[,;:.!?()"]$/.test(token)) {
        if (/^[.!?:]?$/.test(token)) initial = true;
        continue;
      }
      const run = this.run(tokens, i);
      const [head = ''] = run;
      if (run.length >= 2) {
        const known = this.isFirst(head) || !initial || this.isFirst(run[1] ?? '');
        if (known || !this.ordinary(head)) add(run.join(' '));
        i += run.length - 1;
      } else if (run.length === 1) {
        const titled = this.titles.has(foldText(tokens[i - 1] ?? ''));
        if (!titled && (this.isFirst(head) ? asked || !initial : asked && !initial)) add(head);
      } else if (USER_NAME.test(token) && !ORDINAL.test(token.toLowerCase()) && !/^\d/.test(token)) add(token);
      else if (asked && this.lower(tokens, i, add)) i++;
      initial = false;
    }
  }

  /** `john smith`, as people type when they are in a hurry. */
  private lower(tokens: readonly string[], i: number, add: (name: string) => void): boolean {
    const [a = '', b = ''] = [tokens[i], tokens[i + 1]];
    // `will look` names nobody.
    if (!/^\p{Ll}+$/u.test(a) || !this.isFirst(a) || this.never.has(foldText(a))) return false;
    const last = /^\p{Ll}{2,}$/u.test(b) && !this.never.has(foldText(b));
    add(last ? `${a} ${b}` : a);
    return last;
  }

  /** Words with capitals from `i` on that can be a name; empty where the first cannot. */
  private run(tokens: readonly string[], i: number): string[] {
    const run: string[] = [];
    for (let j = i; j < tokens.length && run.length < 4; j++) {
      const token = tokens[j] ?? '';
      const initialLetter = run.length > 0 && /^\p{Lu}$/u.test(token);
      if (!initialLetter && (!CAPITAL.test(token) || this.ordinary(token))) break;
      if (this.places.has(foldText(token))) return [];
      run.push(token);
    }
    // `First Baptist Church` is no person.
    return this.places.has(foldText(tokens[i + run.length] ?? '')) ? [] : run;
  }

  private isFirst(token: string): boolean {
    return this.first.has(foldText(token));
  }

  private ordinary(token: string): boolean {
    const folded = foldText(token);
    return this.never.has(folded) || this.titles.has(folded);
  }
}
