/** The workflow bundle's entry. */
export { ticket } from './ticket';
export { scheduled } from './scheduled';
