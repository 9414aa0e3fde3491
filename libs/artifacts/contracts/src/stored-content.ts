import { derivedUuid, DomainError } from '@syntropic/kernel';

type Content<Stored, Answer> = Readonly<{
  /** Stores the bytes, apart from all others of their hash where a copy is named. */
  store: (copy?: string) => Promise<Stored>;
  /** Sends the command by which an artifact names them; that of a copy is another command. */
  name: (stored: Stored, copy?: string) => Promise<Answer>;
  /** Removes bytes that were stored where nothing can name them. */
  discard: (stored: Stored) => Promise<void>;
}>;

/**
 * Stores bytes before an artifact names them. Those whose usual location is given up are stored once more, as a copy of their own:
 * `source`, a UUID, is the same for the same bytes of the same request.
 */
export async function withStoredContent<Stored, Answer>(
  source: string,
  { store, name, discard }: Content<Stored, Answer>,
): Promise<Answer> {
  const usual = await store();
  try {
    return await name(usual);
  } catch (error) {
    const code = error instanceof DomainError ? error.code : undefined;
    if (code !== 'content.retired' && code !== 'content.removed') throw error;
    // A retired content may still have names; a removed one has none for ever.
    if (code === 'content.removed') await discard(usual);
  }
  const copy = derivedUuid(source, 'copy');
  return name(await store(copy), copy);
}
