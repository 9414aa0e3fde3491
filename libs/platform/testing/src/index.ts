export { createDatabase, type OwnDatabase } from './database';
export { eventually } from './eventually';
export { folderBeside } from './folder-beside';
export type { ModelAnswer } from './models/model-answer';
export { inOrder, ScriptedModels } from './models/scripted-models';
export { S3_KEYS, useDatabase, useModels, useNats, usePostgres, useRedis, useS3 } from './spec-servers';
export { TcpProxy } from './tcp-proxy';
export { removeDirectory, scratchDirectory } from './scratch-directory';
export { TYPESCRIPT_HOOK } from './typescript-hook';
