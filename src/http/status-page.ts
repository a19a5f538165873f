/** The public status page: what was published, when customers hear again, and how late that is. */
import { formatDuration } from '../domain/time/instants';
import { escapeHtml, page } from './page';
import type { StatusDocument } from './schemas';

type Incident = StatusDocument['incidents'][number];

/** The page of a status document. */
export function renderStatusPage(status: StatusDocument): string {
  const open = status.incidents.filter((incident) => incident.resolvedAt === null);
  const past = status.incidents.filter((incident) => incident.resolvedAt !== null);
  const words =
    open.length === 0
      ? 'All systems operational'
      : open.length === 1
        ? 'One incident is under way'
        : `${open.length} incidents are under way`;
  const stale = status.stale
    ? '<p class="late">This may be out of date: the source of this page does not answer at the moment.</p>'
    : '';
  return page(
    'Status',
    `<h1>Status</h1><p class="state${open.length > 0 ? ' incident' : ''}">${words}</p>${stale}
    ${open.map(renderIncident).join('')}
    ${past.length > 0 ? `<h2>Resolved</h2>${past.map(renderIncident).join('')}` : ''}
    <p>As of ${instant(status.asOf)}.</p>`,
    '<meta http-equiv="refresh" content="30">',
  );
}

/** What is shown when there has never been an answer to show. */
export function renderStatusUnknown(): string {
  return page(
    'Status',
    '<h1>Status</h1><p class="state incident">The status cannot be read at the moment. Please try again soon.</p>',
    '<meta http-equiv="refresh" content="30">',
  );
}

function renderIncident(incident: Incident): string {
  const updates = incident.updates.map(({ at, text }) => `<li>${instant(at)} ${escapeHtml(text)}</li>`).join('');
  const resolved = incident.resolvedAt === null ? '' : `<dt>Resolved</dt><dd>${instant(incident.resolvedAt)}</dd>`;
  return `<section><h2>${escapeHtml(incident.title)}</h2><dl><dt>State</dt><dd>${escapeHtml(incident.state)}</dd>
    <dt>Since</dt><dd>${instant(incident.startedAt)}</dd>${resolved}${promise(incident)}</dl><ul>${updates}</ul></section>`;
}

function promise({ nextUpdateDue, lateSeconds }: Incident): string {
  if (nextUpdateDue === null) return '';
  const late = lateSeconds > 0 ? ` <span class="late">late by ${escapeHtml(spoken(lateSeconds))}</span>` : '';
  return `<dt>Next update due</dt><dd>${instant(nextUpdateDue)}${late}</dd>`;
}

/** `12 min`, `2 h 5 min`: seconds only below a minute. */
function spoken(seconds: number): string {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(formatDuration(Math.floor(seconds / 60) * 60_000));
  if (seconds < 60) return `${seconds} s`;
  return match
    ? [match[1] && `${match[1]} h`, match[2] && `${match[2]} min`].filter(Boolean).join(' ')
    : `${Math.floor(seconds / 86_400)} days`;
}

function instant(text: string): string {
  return `<time datetime="${escapeHtml(text)}">${escapeHtml(text.slice(0, 16).replace('T', ' '))} UTC</time>`;
}
