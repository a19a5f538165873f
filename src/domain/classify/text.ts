/** Text as the classifier reads it: folded, without what others wrote, in sentences, clauses and words. */

const APOSTROPHES = /[\u2018\u2019\u201B\u02BC\u00B4\u0060]/g;
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g;

const PLAIN = /^[\x00-\x7f]*$/;

/** Longest text that is read, in UTF-16 units: its beginning and its end; the middle of a longer one is left out. */
export const MAX_READ = 20_000;
const TAIL = 4_000;

/** Whether {@link clip} leaves a part out. */
export const isClipped = (text: string): boolean => text.length > MAX_READ;

/** At most {@link MAX_READ} of a text. */
export function clip(text: string): string {
  return isClipped(text) ? `${text.slice(0, MAX_READ - TAIL)}\n${text.slice(-TAIL)}` : text;
}

/** NFKC, one kind of apostrophe, no invisible signs. Length and case are kept apart from that. */
export function clean(text: string): string {
  const plain = text.replace(APOSTROPHES, "'");
  return PLAIN.test(plain) ? plain : plain.normalize('NFKC').replace(INVISIBLE, '');
}

/** Case and accents folded: `Contraseña` and `contrasena` are one word. */
export function foldText(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/œ/g, 'oe')
    .replace(/æ/g, 'ae')
    .replace(/ø/g, 'o')
    .replace(/ł/g, 'l');
}

/** A word in its place. `folded` is what is looked up, `raw` what was written. */
export interface Word {
  raw: string;
  folded: string;
  clause: number;
}

export interface Sentence {
  words: Word[];
  /** Ends in a question mark. */
  asks: boolean;
  text: string;
}

const TOKEN =
  /https?:\/\/\S{1,2000}|[\p{L}\p{N}_.+-]{1,64}@[\p{L}\p{N}-]{1,64}\.[\p{L}\p{N}.-]{1,64}|@?[\p{L}\p{N}_]+(?:'[\p{L}\p{N}_]+)*|[.!?…¿¡\n]+|[,;:()"«»“”—–|]/gu;
const ENDS = /[.!?…\n]/;
const BREAKS = /^[,;:()"«»“”—–|]$/;
/** French and Catalan elisions, which belong to the next word. */
const ELISION = /^(l|d|s|n|j|m|t|c|qu|jusqu)'(?=.)/;

/** The words a phrase of a list consists of, folded as a text's are. */
export function phraseWords(phrase: string): string[] {
  const words: string[] = [];
  for (const [token] of foldText(clean(phrase)).matchAll(/[\p{L}\p{N}_@]+(?:'[\p{L}\p{N}_]+)*[*~]?/gu))
    words.push(...pieces(token));
  return words;
}

function pieces(token: string): string[] {
  const elided = ELISION.exec(token);
  if (elided) return [elided[1] ?? '', ...pieces(token.slice(elided[0].length))];
  return [token.replaceAll("'", '')];
}

/** Lines somebody else wrote before (`> …`, `On … wrote:`); all of it is kept where nothing else is there. */
function withoutQuotes(text: string): string {
  if (!/^\s*>/m.test(text)) return text;
  const kept = text
    .split('\n')
    .filter((line) => !/^\s*>/.test(line) && !/^\s*On\b.{0,200}\bwrote:\s*$/.test(line))
    .join('\n');
  return kept.trim() === '' ? text.replace(/^\s*>+ ?/gm, '') : kept;
}

/** Machine text inside a message: objects and tags. What they say is not what a customer says. */
function withoutMarkup(text: string): string {
  if (!/[{<]/.test(text)) return text;
  return text.replace(/\{[^{}]{0,2000}"[^{}]{0,2000}\}/g, ' . ').replace(/<\/?[a-zA-Z][^<>\n]{0,200}>/g, ' . ');
}

/** Splits a text into sentences of words, with clauses counted through. `speakers` begin lines that are not read. */
export function sentencesOf(text: string, speakers: ReadonlySet<string>): Sentence[] {
  const read = withoutMarkup(withoutQuotes(clean(clip(text))));
  const sentences: Sentence[] = [];
  let words: Word[] = [];
  let clause = 0;
  let begin = 0;
  let spoken = false;
  const close = (end: number, asks: boolean): void => {
    if (words.length > 0 && !spoken) sentences.push({ words, asks, text: read.slice(begin, end).trim() });
    words = [];
    spoken = false;
    clause++;
    begin = end;
  };
  for (const match of read.matchAll(TOKEN)) {
    const [token] = match;
    if (ENDS.test(token.charAt(0)) || token.startsWith('¿') || token.startsWith('¡')) {
      const end = match.index + token.length;
      // `3.5`, `e.g.` and `St. Luke` do not end a sentence; a single line feed inside running text does.
      if (token === '.' && words.length > 0 && /^[\p{L}\p{N}]/u.test(read.slice(end, end + 1))) continue;
      if (token === '.' && /^(st|mr|mrs|ms|dr|rev|fr|sr|jr|no|vs|approx)$/.test(words.at(-1)?.folded ?? '')) continue;
      close(end, token.includes('?'));
    } else if (BREAKS.test(token)) {
      if (token === ':' && words.length === 1 && speakers.has(words[0]?.folded ?? '')) spoken = true;
      // What follows a colon belongs to what announces it.
      if (token !== ':') clause++;
    } else if (token.includes('@') && !token.startsWith('@')) words.push({ raw: token, folded: '@mail', clause });
    else if (token.startsWith('http')) words.push({ raw: token, folded: '@link', clause });
    else for (const folded of pieces(foldText(token))) words.push({ raw: token, folded, clause });
  }
  close(read.length, false);
  return sentences;
}
