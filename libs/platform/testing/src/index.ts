export { AGENT_PROGRAMS, describeWithAgent, hasBubblewrap, isInstalled } from './agent-programs';
export { createDatabase, type OwnDatabase } from './database';
export { eventually } from './eventually';
export { folderBeside } from './folder-beside';
export { gate, type Gate } from './gate';
export { GitServer } from './git-server';
export type { ModelAnswer } from './models/model-answer';
export { inOrder, ScriptedModels } from './models/scripted-models';
export {
  S3_KEYS,
  useDatabase,
  useGitServer,
  useModels,
  useNats,
  usePostgres,
  useRedis,
  useS3,
  useTimescale,
} from './spec-servers';
export { TcpProxy } from './tcp-proxy';
export { removeDirectory, scratchDirectory } from './scratch-directory';
export { TYPESCRIPT_HOOK } from './typescript-hook';
export { canMount, mountSmallVolume } from './small-volume';
