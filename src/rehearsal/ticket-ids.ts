/** The UTC day of an instant, as ids have it. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10).replaceAll('-', '');

/** `TICK-20260306-001`: the day of the opening, and that day's running number. */
export const idOf = (day: string, n: number): string => `TICK-${day}-${String(n).padStart(3, '0')}`;
