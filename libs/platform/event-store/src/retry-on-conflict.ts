import { VersionConflict } from './append';

const ATTEMPTS = 5;

/** Repeats a handler that loads a second aggregate, when an aggregate it has read changed before the append. */
export async function retryOnConflict<Result>(decide: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
