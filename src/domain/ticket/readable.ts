/** Names of the policy as people write them. */

const CAPITALS = new Set([
  'vp',
  'cto',
  'ceo',
  'cfo',
  'coo',
  'cs',
  'sla',
  'rca',
  'hr',
  'it',
  'id',
  'url',
  'api',
  'p1',
  'p2',
  'p3',
  'p4',
]);

/** A name of the policy as people write it: `vp_engineering` → `VP engineering`, `p1_updates` → `P1 updates`. */
export function readable(name: string): string {
  if (/[@#:/.\s]/.test(name)) return name;
  const words = name.split('_').filter((word) => word !== '');
  const text = words.map((word) => (CAPITALS.has(word.toLowerCase()) ? word.toUpperCase() : word)).join(' ');
  return text.replace(/^c level$/i, 'C-level').replace(/^c level /i, 'C-level ');
}
