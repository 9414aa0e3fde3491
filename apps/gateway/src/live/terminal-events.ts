import { WIRE_EVENTS } from '@syntropic/catalogue/read-model';

/** The last events of an execution. */
export const TERMINAL_EVENTS = WIRE_EVENTS.filter(({ isTerminal }) => isTerminal).map(({ type }) => type);
