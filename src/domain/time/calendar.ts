/** Business time: what the rest of the core imports of calendars. */
export type { CompiledCalendar, OpenMinutes } from './calendar-types';
export { addOpen, isOpen, nextOpening, openBetween } from './open-time';
export { addOpenDays } from './open-days';
export { explainOpen, type OpenExplanation } from './explain-open';
