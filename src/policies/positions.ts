/** Files of a pack with the position of everything in them, so that each message can say file, line and column. */
import { relative } from 'node:path';
import {
  LineCounter,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import type { SourcePath } from './compiler';

/** A place in a file; line and column from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** Something wrong with a pack. */
export interface Problem extends Position {
  severity: 'error' | 'warning';
  /** Where in the pack, dotted: `rules.p1_begins.do.0.page.template`. */
  path: string;
  message: string;
  /** Name of the rule that found it. */
  rule: string;
}

/** Paths as people type them: relative to where they stand, unless that leads out of it. */
export function show(file: string): string {
  const near = relative(process.cwd(), file);
  return near === '' || near.startsWith('..') ? file : near;
}

/** A YAML text of the pack: a file, or the head of a template. */
export class SourceFile {
  readonly document: Document;
  private readonly lines = new LineCounter();

  constructor(
    readonly file: string,
    private readonly text: string,
    /** Where its root stands in the pack: nowhere for a file, `['templates', name]` for a head. */
    readonly root: SourcePath = [],
    /** Lines of the file before the text. */
    private readonly skipped = 0,
  ) {
    this.document = parseDocument(text, {
      version: '1.2',
      lineCounter: this.lines,
      uniqueKeys: true,
      prettyErrors: false,
    });
  }

  /** What the text says as plain JSON; undefined where it is no YAML. */
  get content(): unknown {
    return this.document.errors.length > 0 ? undefined : (this.document.toJS() as unknown);
  }

  position(offset: number): Position {
    const at = this.lines.linePos(offset);
    return { file: show(this.file), line: at.line + this.skipped, column: at.col };
  }

  /** Blanks at the beginning of a line of the file. */
  indentOf(line: number): number {
    return /^ */.exec(this.text.split('\n')[line - 1 - this.skipped] ?? '')?.[0].length ?? 0;
  }

  /** Errors of the YAML itself. */
  problems(): Problem[] {
    return this.document.errors.map((error) => ({
      severity: 'error',
      ...this.position(error.pos[0]),
      path: this.root.join('.'),
      message: error.message,
      rule: 'yaml',
    }));
  }

  /** The deepest node on a path, its key, and how many steps of the path lead to it. */
  find(path: SourcePath): { depth: number; node: Node | null; key: Scalar | undefined } {
    let node = this.document.contents;
    let key: Scalar | undefined;
    let depth = 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
        if (!pair) break;
        key = pair.key as Scalar;
        node = pair.value as Node | null;
      } else if (isSeq(node) && node.items[Number(step)] !== undefined) {
        key = undefined;
        node = node.items[Number(step)] as Node;
      } else break;
      depth++;
    }
    return { depth, node, key };
  }
}

/** Where in a text: line and column, from 1. */
export interface Within {
  line?: number | undefined;
  column?: number | undefined;
}

/** All YAML of a pack. */
export class Positions {
  constructor(
    private readonly files: readonly SourceFile[],
    private readonly fallback: string,
  ) {}

  /**
   * The position of something in the pack's source: of a value where it is a single text or number, else of its key.
   * `within` points into a text. Where the path leads nowhere, the nearest thing on the way is meant.
   */
  locate(path: SourcePath, within: Within = {}): Position {
    const found = this.nearest(path);
    if (!found) return { file: show(this.fallback), line: 1, column: 1 };
    const { source, node, key, complete } = found;
    const scalar = complete && isScalar(node) ? node : undefined;
    const target = scalar ?? (isCollection(node) && key ? key : (key ?? node));
    const position = source.position((target as Node | undefined)?.range?.[0] ?? 0);
    if (!scalar || within.column === undefined) return position;
    if (scalar.type === 'BLOCK_LITERAL') {
      const line = position.line + (within.line ?? 1);
      return { ...position, line, column: source.indentOf(line) + within.column };
    }
    if (scalar.type === 'BLOCK_FOLDED' || (within.line ?? 1) > 1) return position;
    const quote = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE' ? 1 : 0;
    return { ...position, column: position.column + quote + within.column - 1 };
  }

  /** The position of a key, whatever its value is. */
  locateKey(path: SourcePath): Position {
    const found = this.nearest(path);
    if (!found?.key) return this.locate(path);
    return found.source.position(found.key.range?.[0] ?? 0);
  }

  private nearest(path: SourcePath) {
    let best:
      { source: SourceFile; node: Node | null; key: Scalar | undefined; depth: number; complete: boolean } | undefined;
    for (const source of this.files) {
      const { root } = source;
      if (root.some((step, i) => step !== path[i])) continue;
      const rest = path.slice(root.length);
      const { node, key, depth } = source.find(rest);
      const total = depth + root.length;
      if (total > (best?.depth ?? 0)) best = { source, node, key, depth: total, complete: depth === rest.length };
    }
    return best;
  }
}
