/** What speaks against a greater share of a rollout: a step left out, a step too short, a condition that does not hold. Pure. */
import { formatInstant, type EpochMs } from '../time/instants';
import type { RolloutDef } from './rollout-types';
import { nextStep } from './rollout';

/** What a greater share is measured from. */
export interface InForce {
  /** The share in force, in percent, and since when; a share nobody has set has no beginning. */
  share: number;
  since?: EpochMs;
}

/** How `next_when` stands: true, false, or undefined where a value is missing; with the figures it reads, in words. */
export interface NextWhen {
  holds: boolean | undefined;
  figures: string[];
}

/** Why the share may not be raised to this now, in sentences; empty where nothing speaks against it. Lowering is free. */
export function raiseFaults(
  def: Pick<RolloutDef, 'steps' | 'stay' | 'nextWhen'>,
  standing: InForce,
  wanted: number,
  now: EpochMs,
  next: NextWhen,
): string[] {
  const { share, since } = standing;
  if (wanted <= share) return [];
  const faults: string[] = [];
  const step = nextStep(def, share);
  if (step === undefined || wanted > step)
    faults.push(
      step === undefined
        ? `${share} % is the last step; ${wanted} % is beyond it`
        : `the step after ${share} % is ${step} %; ${wanted} % leaves it out`,
    );
  if (def.stay !== undefined && since !== undefined && now < since + def.stay)
    faults.push(
      `${share} % has stood since ${formatInstant(since)} and stays until ${formatInstant(since + def.stay)}`,
    );
  if (def.nextWhen && next.holds !== true) {
    const figures = next.figures.length === 0 ? '' : ` (${next.figures.join('; ')})`;
    const why = next.holds === undefined ? 'cannot be told yet' : 'does not hold';
    faults.push(`next_when ${why}: ${def.nextWhen.src}${figures}`);
  }
  return faults;
}
