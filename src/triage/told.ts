/** What a model is told beside the texts: the voice that asks, and the context of its conversation. */
import type { CompiledPack, Json, JsonObject } from '../domain/policy/types';
import { renderTemplate, type TemplateSource } from '../policies/templates';
import type { Told } from './model';

const isObject = (value: Json | undefined): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * What belongs to an `asked` event (`data.voice`, `data.context` with template and values). A context that cannot be
 * rendered is left out: the question is put without it.
 */
export function toldOf(
  asked: { voice?: Json; context?: Json },
  pack: Pick<CompiledPack, 'voices' | 'zone'>,
  templates: Readonly<Record<string, TemplateSource>>,
): Told {
  const voice = pack.voices?.[String(asked.voice ?? '')];
  const told: Told = voice?.about === undefined ? {} : { about: voice.about };
  const { template, vars } = isObject(asked.context) ? asked.context : {};
  const source = typeof template === 'string' && Object.hasOwn(templates, template) ? templates[template] : undefined;
  if (!source || typeof template !== 'string' || !isObject(vars)) return told;
  try {
    return { ...told, context: renderTemplate(template, source, vars, pack.zone).text.trim() };
  } catch {
    return told;
  }
}
