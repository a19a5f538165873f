/** Order statistics; nothing is averaged that people wait for. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
export const ms = (value: number): string => (Number.isFinite(value) ? `${Math.round(value)} ms` : '–');
export const ratio = (a: number, b: number): string => (b > 0 && Number.isFinite(a) ? `${(a / b).toFixed(2)}×` : '–');

export const wait = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration));

/** Poll until something holds, or the time is up; returns whether it held. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 200,
): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; ;) {
    if (await holds()) return true;
    if (Date.now() > deadline) return false;
    await wait(everyMs);
  }
}

/** A table in Markdown. */
export function markdown(head: string[], rows: (string | number)[][]): string {
  return [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}
