/** A sheet to draw on: escapes every text, knows where labels and marks lie, and refuses labels that would overlap. */

/** A rectangle on the sheet; `y` is its top. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A label that was drawn, with the room it takes. */
export interface LabelBox extends Box {
  text: string;
}

export interface TextStyle {
  size?: number;
  fill?: string;
  weight?: number;
  anchor?: 'start' | 'middle' | 'end';
  /** White edge, for text over lines. */
  halo?: boolean;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for XML: markup signs as entities, characters XML does not allow left out. */
export function escapeXml(text: string): string {
  const allowed = [...text].filter((sign) => {
    const code = sign.codePointAt(0) ?? 0;
    const control = code < 32 && code !== 9 && code !== 10 && code !== 13;
    return !control && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
  return allowed.join('').replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Width of a text in a sans-serif face, on the safe side of Arial, Helvetica and DejaVu. */
export function textWidth(text: string, size: number, weight = 400): number {
  let units = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0) ?? 0;
    if ("iljtfI.,:;'|!()[] ".includes(sign)) units += 0.36;
    else if ('mwMW%@'.includes(sign)) units += 0.94;
    else if (code >= 0x1100) units += code > 0x2e80 ? 1.1 : 0.9;
    else units += sign >= 'A' && sign <= 'Z' ? 0.7 : 0.6;
  }
  return units * size * (weight >= 600 ? 1.1 : 1);
}

/** Whether two boxes share any area. */
export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** The text cut to a width, with an ellipsis. */
export function fit(text: string, width: number, size: number, weight = 400): string {
  if (textWidth(text, size, weight) <= width) return text;
  const signs = [...text];
  while (signs.length > 1 && textWidth(`${signs.join('')}…`, size, weight) > width) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}

export class Canvas {
  private readonly parts: string[] = [];
  private readonly background: string[] = [];
  readonly labels: LabelBox[] = [];
  private readonly blocked: Box[] = [];

  constructor(
    readonly width: number,
    /** The right edge for labels. */
    readonly right: number,
  ) {}

  /** A plain rectangle below everything else. */
  behind(box: Box, fill: string): void {
    this.background.push(
      `<rect x="${round(box.x)}" y="${round(box.y)}" width="${round(box.width)}" height="${round(box.height)}" fill="${fill}"/>`,
    );
  }

  shape(name: string, attributes: Record<string, string | number>, tooltip?: string): void {
    const list = Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`)
      .join('');
    this.parts.push(
      tooltip === undefined ? `<${name}${list}/>` : `<${name}${list}><title>${escapeXml(tooltip)}</title></${name}>`,
    );
  }

  rect(box: Box, fill: string, extra: Record<string, string | number> = {}, tooltip?: string): void {
    this.shape('rect', { ...box, width: Math.max(box.width, 0), fill, ...extra }, tooltip);
  }

  line(
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    stroke: string,
    extra: Record<string, string | number> = {},
  ): void {
    this.shape('line', { x1, y1, x2, y2, stroke, ...extra });
  }

  path(d: string, extra: Record<string, string | number>, tooltip?: string): void {
    this.shape('path', { d, ...extra }, tooltip);
  }

  /** Keeps labels off an area. */
  block(box: Box): void {
    this.blocked.push(box);
  }

  /** Where a text would lie; `y` is its baseline. */
  boxOf(x: number, y: number, text: string, style: TextStyle): LabelBox {
    const size = style.size ?? 11;
    const width = textWidth(text, size, style.weight);
    const left = style.anchor === 'middle' ? x - width / 2 : style.anchor === 'end' ? x - width : x;
    return { x: left, y: y - size * 0.8, width, height: size * 1.05, text };
  }

  /** Writes a text where it stands, whatever is there: for headings with a room of their own. */
  text(x: number, y: number, text: string, style: TextStyle = {}): void {
    if (text === '') return;
    this.labels.push(this.boxOf(x, y, text, style));
    const anchor = style.anchor && style.anchor !== 'start' ? ` text-anchor="${style.anchor}"` : '';
    const weight = style.weight ? ` font-weight="${style.weight}"` : '';
    const halo = style.halo ? ' paint-order="stroke" stroke="#ffffff" stroke-width="3" stroke-linejoin="round"' : '';
    const at = `x="${round(x)}" y="${round(y)}" font-size="${style.size ?? 11}" fill="${style.fill ?? '#1f2937'}"`;
    this.parts.push(`<text ${at}${anchor}${weight}${halo}>${escapeXml(text)}</text>`);
  }

  /** Writes a text where it touches no other label and (unless `inside` one) no mark; false where there is no room. */
  tryText(x: number, y: number, text: string, style: TextStyle = {}, inside = false): boolean {
    const box = this.boxOf(x, y, text, style);
    const padded = { x: box.x - 2, y: box.y, width: box.width + 4, height: box.height };
    if (box.x < 0 || box.x + box.width > this.right) return false;
    if (this.labels.some((other) => overlaps(padded, other))) return false;
    if (!inside && this.blocked.some((other) => overlaps(padded, other))) return false;
    this.text(x, y, text, style);
    return true;
  }

  toString(): string {
    return [...this.background, ...this.parts].join('\n');
  }
}
