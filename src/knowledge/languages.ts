/** Which of the languages that are there is shown to whom. */

/** The best of `there` for a request (`de-AT, en;q=0.5`, or one language); `fallback` where none fits. */
export function pickLanguage(asked: string | undefined, there: readonly string[], fallback: string): string {
  const wanted = (asked ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find((one) => one !== undefined);
      return { tag: tag.trim().toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => tag !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) {
    const exact = there.find((one) => one.toLowerCase() === tag);
    const close = exact ?? there.find((one) => one.toLowerCase() === tag.split('-')[0]);
    if (close !== undefined) return close;
  }
  return there.includes(fallback) ? fallback : (there[0] ?? fallback);
}
