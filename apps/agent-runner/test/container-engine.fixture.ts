import { join } from 'node:path';
import { ContainerEngine, type EngineTraits } from './container-engine/container-engine';
import { dockerBackend, IMAGE } from './docker-backend';

let engines = 0;

/** A container engine for the tests of a block, below a directory. */
export function useEngine(directory: { readonly path: string }, traits: EngineTraits = { images: { [IMAGE]: {} } }) {
  const socket = join(directory.path, `engine-${engines++}.sock`);
  const started: { engine?: ContainerEngine } = {};
  beforeAll(async () => {
    started.engine = await ContainerEngine.listen(socket, traits);
  });
  afterAll(() => started.engine?.close());
  return {
    socket,
    get engine(): ContainerEngine {
      if (!started.engine) throw new Error('the engine is started before the tests');
      return started.engine;
    },
    /** A runner's backend that uses this engine; `runner` is its name. */
    backend: ({ runner }: { runner?: string } = {}) =>
      dockerBackend({ socket, directory: directory.path, ...(runner !== undefined && { runner }) }),
  };
}
