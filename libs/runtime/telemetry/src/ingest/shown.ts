import { preview } from '../parser/storable-text';

const PROMPT_CHARACTERS = 200;

/** What an event shows of a prompt. The id of the agent makes it one fact for all sources. */
export const shownPrompt = (prompt: string | undefined, promptId: string | undefined) => ({
  ...(prompt === undefined ? {} : { prompt_preview: preview(prompt, PROMPT_CHARACTERS), prompt_length: prompt.length }),
  ...(promptId === undefined ? {} : { prompt_id: promptId }),
});
