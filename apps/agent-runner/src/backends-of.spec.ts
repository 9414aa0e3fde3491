import { env } from '@syntropic/config';
import { variables } from './agent-runner.variables';
import { backendsOf } from './backends-of';

const REQUIRED = { HEALTH_PORT: '8080', RUNNER_DIR: '/data', NATS_URL: 'nats://nats:4222', OBJECTS_DIR: '/objects' };
const PODS = {
  WORKSPACE_KUBERNETES_API: 'https://kubernetes.default.svc',
  WORKSPACE_IMAGE: 'runner:1',
  WORKSPACE_RUNNER_HOST: '10.0.0.7',
};
const namesWith = (environment: Record<string, string>) =>
  backendsOf(env(variables, { ...REQUIRED, ...environment })).map(({ name }) => name);

describe('the kinds of workspaces of a runner', () => {
  it('are those that its configuration names', () => {
    expect(namesWith({})).toEqual(['sandbox', 'process']);
    expect(namesWith(PODS)).toEqual(['sandbox', 'process', 'kubernetes']);
    expect(namesWith({ ...PODS, WORKSPACE_DOCKER_SOCKET: '/run/docker.sock' })).toEqual(
      expect.arrayContaining(['docker', 'kubernetes']),
    );
  });

  it.each(['WORKSPACE_IMAGE', 'WORKSPACE_RUNNER_HOST'])('need %s for pods', (name) => {
    const without = Object.fromEntries(Object.entries(PODS).filter(([each]) => each !== name));

    expect(() => namesWith(without)).toThrow(new RegExp(`${name}.*WORKSPACE_KUBERNETES_API`, 's'));
  });

  it.each([
    ['WORKSPACE_KUBERNETES_API', 'http://kubernetes.default.svc'],
    ['WORKSPACE_RUNNER_HOST', 'runner.example'],
    ['WORKSPACE_RUNNER_PORT', '70000'],
    ['WORKSPACE_NAMESPACE', 'a/b'],
  ])('refuse a %s of %s', (name, value) => {
    expect(() => namesWith({ ...PODS, [name]: value })).toThrow(name);
  });
});
