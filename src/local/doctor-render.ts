import type { DoctorReport, DoctorState } from './doctor';

const MARKS: Record<DoctorState, string> = { ok: 'ok     ', warn: 'warn   ', missing: 'MISSING' };
const COLUMNS = 80;
const NAME_WIDTH = 13;
const INDENT = MARKS.ok.length + 1 + NAME_WIDTH + 1;

/** The report for a terminal, no line longer than 80 columns (a long path is broken). Ends with a newline. */
export function renderDoctor(report: DoctorReport): string {
  const lines = report.checks.flatMap(({ name, state, detail, remedy }) => {
    const [first = '', ...more] = wrap(detail, COLUMNS - INDENT);
    const further = [...more, ...(remedy ? wrap(`→ ${remedy}`, COLUMNS - INDENT) : [])];
    return [
      `${MARKS[state]} ${name.padEnd(NAME_WIDTH)} ${first}`.trimEnd(),
      ...further.map((line) => ' '.repeat(INDENT) + line),
    ];
  });
  const count = report.checks.filter(({ state }) => state === 'missing').length;
  const verdict = report.ok ? 'Ready: npm start' : `${count} missing; see the arrows.`;
  return `${[...lines, '', verdict].join('\n')}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  const pieces = text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'g')) ?? []);
  for (const word of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
