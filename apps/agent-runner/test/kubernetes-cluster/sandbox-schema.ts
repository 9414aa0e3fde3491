import { z } from 'zod';

const Labels = z.record(z.string(), z.string());

/**
 * The fields of a Sandbox of agent-sandbox, `agents.x-k8s.io/v1beta1`, written from the project's own description of its API
 * (`docs/api.md` and `api/v1beta1`). The API's own types tell the fields of `metadata` and of the pod.
 */
export const SandboxSchema = z.strictObject({
  apiVersion: z.literal('agents.x-k8s.io/v1beta1'),
  kind: z.literal('Sandbox'),
  metadata: z.looseObject({}),
  spec: z.strictObject({
    podTemplate: z.strictObject({
      metadata: z.strictObject({ labels: Labels.optional(), annotations: Labels.optional() }).optional(),
      spec: z.looseObject({}),
    }),
    volumeClaimTemplates: z.array(z.looseObject({})).optional(),
    service: z.boolean().optional(),
    shutdownTime: z.iso.datetime().optional(),
    shutdownPolicy: z.enum(['Delete', 'Retain']).optional(),
    operatingMode: z.enum(['Running', 'Suspended']).optional(),
  }),
});
