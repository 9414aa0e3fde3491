import type { Recorded } from '@syntropic/kernel';

/** An event that could not be carried out, as an operator sees it. */
export type EventFailure = Readonly<{
  /** Without data where that is too large to be shown. */
  event: Omit<Recorded, 'data' | 'metadata'> & Readonly<{ data: object | null }>;
  error: string;
}>;

const SHOWN_CHARACTERS = 16_384;
const ERROR_CHARACTERS = 4_096;

/** Characters that Postgres cannot store. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

export const failureOf = ({ metadata: _, data, ...event }: Recorded, fault: unknown): EventFailure => ({
  event: { ...event, data: JSON.stringify(data).length > SHOWN_CHARACTERS ? null : data },
  error: `at ${event.position} (${event.type}): ${messageOf(fault)}`
    .slice(0, ERROR_CHARACTERS)
    .replaceAll(UNSTORABLE, '\ufffd'),
});

const messageOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
