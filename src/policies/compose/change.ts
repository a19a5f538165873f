/** Small helpers for rewriting compiled constructs. */

type How<T> = { [K in keyof T]?: (value: NonNullable<T[K]>) => T[K] };

/** The same object with the named parts rewritten, those that are there. */
export function change<T extends object>(item: T, how: How<T>): T {
  const changed = { ...item };
  for (const key of Object.keys(how) as (keyof T)[]) {
    const value = item[key];
    const rewrite = how[key];
    if (value !== undefined && value !== null && rewrite) changed[key] = rewrite(value);
  }
  return changed;
}

/** The same map under other keys, with each item rewritten. */
export function keyed<T, R>(
  items: Record<string, T>,
  key: (name: string) => string,
  make: (item: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(items).map(([name, item]) => [key(name), make(item)]));
}
