import { VersionConflict } from './append';

const ATTEMPTS = 5;

/**
 * Decides, and decides again when something that the decision had read has moved on meanwhile:
 * for handlers that load a second aggregate, because only they can load it anew.
 */
export async function decidedAgain<Result>(decide: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide();
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt === ATTEMPTS) throw error;
    }
  }
}
