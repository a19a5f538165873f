/** What the routes of decisions need: a classifier to ask, and the reviews that people hold. */
import type { TriageOptions } from '../domain/classify/classifier';
import type { TriageDecision, TurnText } from '../domain/classify/types';
import { TocsinError } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import { groupsOf } from '../domain/ticket/visibility';
import type { Classifier } from '../policies/classifier';
import { readClassifierOf, readPublished } from '../policies/publish';
import { activePack, type PackRef } from '../store/policy-versions';
import { listReviews, type Review, type ReviewQuery } from '../store/reviews';
import type { Database } from '../store/database';
import { decideWith } from '../triage/driver';
import { triageOf } from '../triage/load';
import { ModelClassifier, type ModelConfig, type ModelUsage } from '../triage/model';

/** Messages to decide on; nothing is opened, changed or sent. */
export interface TriageOrder extends TriageOptions {
  /** A pack's name; absent: the default one. */
  pack?: string;
  classifier: 'embedded' | 'model';
  messages: readonly { id: string | number | null; turns: TurnText[] }[];
}

/** What was decided, by which version of which pack. */
export interface TriageResult {
  pack: PackRef;
  decisions: (TriageDecision & { id: string | number | null })[];
  /** What a model took; absent where only the embedded classifier was asked. */
  usage?: ModelUsage;
}

/** Errors: ESC_PACK_UNKNOWN; ESC_NOT_FOUND where the pack asks no model, or no model is configured. */
export interface TriagePort {
  decide(order: TriageOrder): Promise<TriageResult>;
}

/** A page of reviews, under the pack that says what they are. */
export interface ReviewPage {
  pack: Pick<CompiledPack, 'kinds' | 'fields' | 'people' | 'paths'>;
  reviews: Review[];
  more: boolean;
}

/** Errors: ESC_PACK_UNKNOWN; ESC_NOT_FOUND for a kind that no schedule of the pack opens. */
export interface ReviewPort {
  list(asked: Omit<ReviewQuery, 'packId' | 'kinds'> & { pack?: string; kind?: string }): Promise<ReviewPage>;
}

interface Parts {
  pool: Database;
  packs: string;
  model?: ModelConfig | undefined;
}

async function active({ pool }: Parts, named: string | undefined): Promise<PackRef> {
  const found = await activePack(pool, named);
  if (!found) throw new TocsinError('ESC_PACK_UNKNOWN', 'no such pack is published', { field: 'pack' });
  return found;
}

/** By the classifier of the version that new tickets get. */
export function triagePort(parts: Parts): TriagePort {
  // They are large; what a hash means never changes.
  const known = new Map<string, Classifier>();
  const read = async (hash: string): Promise<Classifier> => {
    const found = known.get(hash) ?? (await readClassifierOf(parts.packs, hash));
    known.set(hash, found);
    return found;
  };
  return {
    async decide({ pack: named, classifier: which, messages, ...options }) {
      const pack = await active(parts, named);
      const classifier = await read(pack.hash).catch(() => {
        throw new TocsinError('ESC_NOT_FOUND', `the pack "${pack.packId}" has no classifier`, { field: 'pack' });
      });
      if (which === 'model' && !parts.model)
        throw new TocsinError(
          'ESC_NOT_FOUND',
          'no model is configured (TOCSIN_MODEL_URL); ask the embedded classifier',
          {
            field: 'classifier',
          },
        );
      const triage = triageOf(classifier);
      const model =
        which === 'model' && parts.model
          ? new ModelClassifier(parts.model, classifier.spec.questions, classifier.prompts)
          : undefined;
      const decide = model && decideWith(triage, model);
      const decisions: TriageResult['decisions'] = [];
      for (const { id, turns } of messages) {
        const decision = decide ? await decide(turns, options) : triage.conversation(turns, options);
        decisions.push({ id, ...decision });
      }
      return { pack, decisions, ...(model ? { usage: model.usage } : {}) };
    },
  };
}

/** Reviews are what the schedules of a pack open. */
export function reviewPort(parts: Parts): ReviewPort {
  return {
    async list({ pack: named, kind, groups: names, ...asked }) {
      const { packId, hash } = await active(parts, named);
      const pack = await readPublished(parts.packs, hash);
      const all = [...new Set(Object.values(pack.schedules).map((one) => one.opens.kind))].sort();
      if (kind !== undefined && !all.includes(kind))
        throw new TocsinError(
          'ESC_NOT_FOUND',
          `no schedule of ${pack.id} opens reviews "${kind}"; it opens ${all.join(', ') || 'none'}`,
          { field: 'kind' },
        );
      const groups = names === undefined ? {} : { groups: [...groupsOf(pack.people, names)] };
      const kinds = kind === undefined ? all : [kind];
      return { pack, ...(await listReviews(parts.pool, { ...asked, ...groups, kinds, packId })) };
    },
  };
}
