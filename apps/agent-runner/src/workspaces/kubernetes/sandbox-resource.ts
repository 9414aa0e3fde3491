import type { PodSpec } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';

/** The custom resource of kubernetes-sigs/agent-sandbox, in the version that this runner speaks. */
export const SANDBOXES = {
  group: 'agents.x-k8s.io',
  version: 'v1beta1',
  apiVersion: 'agents.x-k8s.io/v1beta1',
  kind: 'Sandbox',
  plural: 'sandboxes',
} as const;

/** The fields of a sandbox that this runner sets. */
export interface Sandbox {
  readonly apiVersion: typeof SANDBOXES.apiVersion;
  readonly kind: typeof SANDBOXES.kind;
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly podTemplate: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
    readonly operatingMode: 'Running' | 'Suspended';
    readonly service: boolean;
    /** A date and time of RFC 3339. */
    readonly shutdownTime: string;
    readonly shutdownPolicy: 'Delete' | 'Retain';
  };
}
