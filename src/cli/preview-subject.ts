/** The ticket that a preview is made for: an opening or a scenario on disk. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { TocsinError } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { open } from '../domain/ticket/engine';
import type { Opening } from '../domain/ticket/types';
import { parseInstant } from '../domain/time/instants';
import type { LoadedPack } from '../policies/load';
import type { PreviewOf } from '../policies/preview';
import { rehearseOnCore } from '../rehearsal/core-engine';
import { planFor } from '../rehearsal/rehearse';
import { readScenario } from '../rehearsal/scenario';

const OPENED = parseInstant('2026-01-27T15:30:00Z') ?? 0;

/** Whether a file (YAML or JSON) is a scenario; else it is an opening. */
export const isScenario = (content: JsonObject): boolean => 'opened' in content;

/** What a file holds, read. */
export const readSubject = async (file: string): Promise<JsonObject> =>
  parse(await readFile(file, 'utf8')) as JsonObject;

/** A ticket that has just been opened so. Throws the core's refusals of an opening. */
function openedSubject(loaded: LoadedPack, opening: Opening): PreviewOf {
  const whole: Opening = { ...opening, channel: opening.channel ?? 'email', body: opening.body ?? '' };
  const id = 'TICK-20260127-001';
  const outcome = open(loaded.pack, whole, {
    id,
    number: '10001',
    at: OPENED,
    recordedAt: OPENED,
    packHash: loaded.hash,
  });
  if (!outcome.ok) {
    const { code, message, details } = outcome.rejection;
    throw new TocsinError(code as TocsinError['code'], message, details);
  }
  return { opening: whole, state: outcome.state };
}

/** The ticket of a file: a scenario's as the scenario leaves it, an opening's as it begins. */
export async function subjectOf(loaded: LoadedPack, file: string): Promise<PreviewOf> {
  const content = await readSubject(file);
  return isScenario(content)
    ? { state: rehearseOnCore(planFor(await readScenario(file), loaded)).state }
    : openedSubject(loaded, content as unknown as Opening);
}
