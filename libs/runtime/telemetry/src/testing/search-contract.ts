import { randomUUID } from 'node:crypto';
import { PostgresTelemetryStore } from '../store/postgres-telemetry-store';
import { TextSearch } from '../store/text-search';
import { anEvent } from './events';
import type { StoreUnderTest } from './store-contract';

/** Words are found in one session and across sessions, newest first, in every layout. */
export function itSearchesTexts(use: () => StoreUnderTest): void {
  describe('a search', () => {
    it('finds the words of texts, newest first, in all sessions or in one', async () => {
      const word = `w${randomUUID().replaceAll('-', '')}`;
      const said = (ago: number, sessionId: string, type: string, data: Record<string, unknown>) =>
        anEvent({ sessionId, type, data, time: new Date(Date.now() - ago * 86_400_000).toISOString() });
      const events = [
        said(6, 'one', 'message_response', { text: `the ${word} is broken` }),
        said(0, 'two', 'agent_output', { text: `${word}: mended` }),
        said(3, 'one', 'tool_execution_started', { tool_name: 'Bash', tool_use_id: 't', input_preview: `cat ${word}` }),
        said(0, 'one', 'message_response', { text: 'something else' }),
        said(0, 'one', 'workspace_created', { text: word }),
      ];
      await new PostgresTelemetryStore(use().collectors[0]).insert([{ events }]);

      const search = new TextSearch(use().pool);
      const idsOf = async (query: Parameters<TextSearch['find']>[0]) =>
        (await search.find(query)).texts.map(({ eventId }) => events.findIndex(({ id }) => id === eventId));
      await expect(idsOf({ words: word, limit: 10 })).resolves.toEqual([1, 2, 0]);
      await expect(idsOf({ words: word, limit: 2 })).resolves.toEqual([1, 2]);
      await expect(idsOf({ words: word, sessionId: 'one', limit: 10 })).resolves.toEqual([2, 0]);
      await expect(idsOf({ words: `${word} -broken mended`, limit: 10 })).resolves.toEqual([1]);

      const first = await search.find({ words: word, limit: 2 });
      const second = await search.find({ words: word, limit: 2, after: first.next ?? undefined });
      expect(second).toMatchObject({ texts: [{ sessionId: 'one', type: 'message_response' }], next: null });
      expect(second.texts[0]?.excerpt).toBe(`the ${word} is broken`);
    });
  });
}
