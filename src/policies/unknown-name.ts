/** What is said of a name that nothing has. */

/** `there is no role "ctoo"; did you mean "cto"?` */
export function unknownName(kind: string, name: string, known: ReadonlySet<string>): string {
  const near = nearest(name, known);
  return `there is no ${kind} "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const one of known) {
    const d = distance(name, one, least);
    if (d < least) {
      least = d;
      best = one;
    }
  }
  return best;
}

/** Edits between two names, or at least `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit;
}
