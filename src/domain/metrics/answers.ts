/** What a metric is asked and what it answers. */
import type { MetricRange, MetricShown } from '../policy/metric-types';
import type { Period } from './periods';

/** Only what has these keys, by dimension. */
export type Filters = Readonly<Record<string, string>>;

export interface Question {
  metric: string;
  period: Period;
  /** In place of the metric's own groups. */
  by?: readonly string[];
  filters?: Filters;
}

export type Mark = 'pass' | 'fail' | 'warn';

/** One number with what it was made of. */
export interface MetricValue {
  /** A share from 0 to 1, a duration in ms, points, or a number; null where there are no data. */
  value: number | null;
  /** How many were counted. */
  n: number;
  /** Of a share: how many hold. */
  part?: number;
  /** Of a mean of `per`: how many it was divided among. */
  per?: number;
  /** Of so many out of so many: the other number. */
  of?: number | null;
  /** Of a comparison with another metric: the value before it was divided. */
  own?: number | null;
  /** The documented share, and how far from it this is; both from 0 to 1. */
  reference?: number;
  deviation?: number | null;
  range?: MetricRange & { place: 'below' | 'within' | 'above'; word?: string };
  /** The bounds that a ratio alone asks for. */
  need?: MetricRange;
  met?: boolean;
  mark?: Mark;
}

export interface MetricGroup extends MetricValue {
  key: string[];
  /** The key in words. */
  label: string;
}

export interface MetricResult {
  metric: string;
  title: string;
  label?: string;
  better?: 'lower' | 'higher';
  unit: 'percent' | 'duration' | 'number' | 'score' | 'yes_no';
  shown?: MetricShown;
  target?: string;
  /** The target in words, or the bounds that are one. */
  goal?: string;
  period: Period;
  by: string[];
  total: MetricValue;
  groups: MetricGroup[];
  /** The value of the metric that this one is a share of. */
  baseline?: { metric: string; title: string; value: number | null };
  /** Direction from the group before the last to the last, of groups along the calendar. */
  trend?: 'up' | 'flat' | 'down' | null;
  compare?: {
    newer: MetricValue;
    older: MetricValue;
    windows: [string, string];
    direction: 'up' | 'flat' | 'down' | null;
    word?: string;
  };
}
