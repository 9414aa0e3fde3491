import { DockerBackend, type DockerSettings } from '../src/workspaces/docker/docker.backend';

/** The image that engines of specs have: this machine's programs. */
export const IMAGE = 'workspace:1';

type Settings = Omit<DockerSettings, 'runner' | 'image'> & { readonly runner?: string };

/** The backend of a runner with this name. */
export const dockerBackend = ({ runner = 'runner-1', ...settings }: Settings): DockerBackend =>
  new DockerBackend({ image: IMAGE, ...settings, runner: () => Promise.resolve(runner) });
