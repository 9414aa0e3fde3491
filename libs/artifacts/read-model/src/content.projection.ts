import { agentSession } from '@syntropic/agent-sessions/contracts';
import { artifact, content } from '@syntropic/artifacts/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  uri: z.string(),
  /** How many artifacts name it, and sessions as their transcript. */
  names: z.int(),
  is_named: z.boolean(),
  is_retired: z.boolean(),
});

type Row = Readonly<z.output<typeof row>>;

/** The bytes in object storage that were named, until they are removed. */
export const contentProjection = projection(
  artifact,
  content,
  agentSession,
)({
  name: 'content',
  version: 1,
  row,
  key: 'uri',
  indexes: [['is_named']],
  keys: (event) => {
    switch (event.type) {
      case 'ArtifactCreated':
      case 'ContentRetired':
      case 'ContentRemoved':
        return [event.data.uri];
      case 'ArtifactUploaded':
        return [...new Set([event.data.uri, ...event.data.released])];
      case 'ArtifactDeleted':
        return event.data.released;
      case 'SessionCompleted':
        return event.data.transcriptUri === undefined ? [] : [event.data.transcriptUri];
      case 'ArtifactUpdated':
      case 'SessionStarted':
      case 'SessionRepriced':
        return [];
    }
  },
  on: {
    ArtifactCreated: (row, _, uri) => withNames(row, uri, 1),
    ArtifactUploaded: (row, { data }, uri) => {
      // The bytes that its session has produced were named all the time.
      const added = uri === data.uri && !data.isProduced ? 1 : 0;
      return withNames(row, uri, added - (data.released.includes(uri) ? 1 : 0));
    },
    ArtifactDeleted: (row, _, uri) => withNames(row, uri, -1),
    SessionCompleted: (row, _, uri) => withNames(row, uri, 1),
    ContentRetired: (row) => row && { ...row, is_retired: true },
    ContentRemoved: () => null,
  },
});

function withNames(row: Row | undefined, uri: string, change: number): Row {
  const names = Math.max(0, (row?.names ?? 0) + change);
  return { uri, names, is_named: names > 0, is_retired: row?.is_retired ?? false };
}
