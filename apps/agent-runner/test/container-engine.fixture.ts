import { join } from 'node:path';
import { DockerBackend, type DockerSettings } from '../src/workspaces/docker/docker.backend';
import { ContainerEngine, type EngineTraits } from './container-engine/container-engine';

/** The image that engines of specs have: this machine's programs. */
export const IMAGE = 'workspace:1';

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
    backend: (settings: Partial<Omit<DockerSettings, 'runner'>> & { runner?: string } = {}): DockerBackend => {
      const { runner = 'runner-1', ...others } = settings;
      const runnerName = () => Promise.resolve(runner);
      return new DockerBackend({ socket, image: IMAGE, directory: directory.path, ...others, runner: runnerName });
    },
  };
}
