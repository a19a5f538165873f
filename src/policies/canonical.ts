/** One text for the same content, whatever the order of its keys: what hashes are taken of. */

/** JSON with sorted keys; what is undefined is left out. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  // Rows of numbers and words, of which a classifier has many, have no keys to sort.
  if (Array.isArray(value))
    return value.some((one) => typeof one === 'object' || one === undefined)
      ? `[${value.map(canonical).join(',')}]`
      : JSON.stringify(value);
  let text = '';
  for (const key of Object.keys(value).sort()) {
    const inner = (value as Record<string, unknown>)[key];
    if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(inner)}`;
  }
  return `{${text}}`;
}
