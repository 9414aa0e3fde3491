/** Core NATS, without content: events were appended to the log. */
export const LOG_APPENDED = 'log.appended';

/** Core NATS, each second: the head of the log, `{position, epoch}`. */
export const LOG_HEAD = 'log.head';

/** The subjects of all domain events. */
export const DOMAIN_EVENTS = 'domain.>';

/** The subject of an event. Ids are percent-encoded, also dots and wildcards, so that each is one token. */
export const domainSubject = (context: string, aggregate: string, id: string, type: string): string =>
  ['domain', context, aggregate, subjectToken(id), type].join('.');

/** The subject of a command; with its sender's NATS user, which only that user may publish. */
export const commandSubject = (context: string, type: string, user?: string): string =>
  ['commands', context, type, ...(user === undefined ? [] : [user])].join('.');

/** Core NATS: the messages to one runner. They are for its NATS user, as far as it is known. */
export const controlSubject = (runner: string, user?: string | null): string =>
  ['control', ...(user ? [user] : []), runner].join('.');

/** Percent-encodes a text, also dots and wildcards, so that it is one token of a subject. */
export const subjectToken = (text: string): string =>
  encodeURIComponent(text).replace(/[.*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
