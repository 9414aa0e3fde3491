/** The first message of a thread: its modules are loaded. */
export const READY = 'ready';

export type ThreadCall = Readonly<{ id: number; request: unknown }>;

/** Either the answer to a call, or the message of its fault. */
export type ThreadReply = Readonly<{ id: number; answer?: unknown; fault?: string }>;
