import { podFaults, metadataFaults } from '../../../test/kubernetes-cluster/admission';
import { ApiTypes } from '../../../test/kubernetes-cluster/api-types';
import { SandboxSchema } from '../../../test/kubernetes-cluster/sandbox-schema';
import { jobOf, sandboxOf, tokenSecret, type PodPlan } from './pod-definition';

const types = new ApiTypes();

const plan: PodPlan = {
  id: 'workspace-1',
  namespace: 'workspaces',
  image: 'runner@sha256:0',
  session: 'ses_0123456789',
  owner: { runner: 'runner-1', life: 'life-1' },
  program: '/srv/dist/pod-agent/main.js',
  runner: { host: '10.0.0.7', port: 7_444 },
  limits: { memoryBytes: 64 * 1024 ** 2, cpus: 1.5, diskBytes: 8 * 1024 ** 2, inodes: 64 },
};
const job = jobOf(plan);
const sandbox = sandboxOf(plan, new Date('2026-01-01T00:00:00Z'));
const podOf = ({ spec }: typeof job) => spec?.template.spec ?? { containers: [] };

describe('the objects of a pod', () => {
  it('have the fields of the API, and no others', () => {
    expect(types.faultsOf(job, 'batch/v1', 'Job')).toEqual([]);
    expect(types.faultsOf(tokenSecret(plan, 'token'), 'core/v1', 'Secret')).toEqual([]);
    expect(SandboxSchema.safeParse(sandbox).error).toBeUndefined();
    expect(types.faultsOf(sandbox.spec.podTemplate.spec, 'core/v1', 'PodSpec')).toEqual([]);
  });

  it('would be refused with a field that the API does not know, or a value of another kind', () => {
    const { spec } = job;
    const wrong = {
      ...job,
      spec: { ...spec, backOffLimit: 0, completions: '1', template: { spec: { containers: [{}] } } },
    };

    expect(types.faultsOf(wrong, 'batch/v1', 'Job')).toEqual(
      [
        'unknown field Job.spec.backOffLimit',
        'Job.spec.completions is no number',
        'Job.spec.template.spec.containers[0].name is missing',
      ].sort(),
    );
    expect(SandboxSchema.safeParse({ ...sandbox, spec: { ...sandbox.spec, replicas: 1 } }).success).toBe(false);
  });

  it('keep the restricted profile of Pod Security, and would be refused without it', () => {
    const pod = podOf(job);

    expect([...metadataFaults(job.metadata ?? {}), ...podFaults(pod)]).toEqual([]);
    const { securityContext: _, ...bare } = pod;
    expect(podFaults(bare)).toEqual(expect.arrayContaining([expect.stringContaining('runAsNonRoot')]));
  });

  it('have no rights, nothing writable but volumes, and every limit that was asked for', () => {
    expect(job.spec).toMatchObject({ backoffLimit: 0, completions: 1 });
    expect(podOf(job)).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          image: plan.image,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { limits: { memory: String((64 + 128) * 1024 ** 2), cpu: '1500m' }, requests: { cpu: '375m' } },
        },
      ],
    });
    expect(podOf(job).volumes?.filter(({ emptyDir }) => emptyDir && emptyDir.sizeLimit === undefined)).toEqual([]);
    expect(podOf(job).volumes?.[0]).toEqual({ name: 'files', emptyDir: { sizeLimit: String(8 * 1024 ** 2) } });
  });

  it('hold the token in their secret alone', () => {
    expect(JSON.stringify([job, sandbox])).not.toContain('the-token');
    expect(tokenSecret(plan, 'the-token')).toMatchObject({ immutable: true, stringData: { token: 'the-token' } });
  });

  it('name a session whose name is no label by its hash', () => {
    const named = jobOf({ ...plan, session: 'a b' });

    expect(metadataFaults(named.metadata ?? {})).toEqual([]);
    expect(named.metadata?.labels?.['syntropic.dev/session']).toMatch(/^[0-9a-f]{40}$/);
  });
});
