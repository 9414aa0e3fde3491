import { z } from 'zod';

const Reference = z.strictObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
export const Variable = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef: Reference }) }),
  z.strictObject({ name: z.string(), valueFrom: z.strictObject({ configMapKeyRef: Reference }) }),
]);
/** Set for `subPathExpr` of the same container; the service does not read it. */
const PodName = z.strictObject({
  name: z.literal('POD_NAME'),
  valueFrom: z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.literal('metadata.name') }) }),
});
export type Variable = z.infer<typeof Variable>;

const Probe = z.looseObject({
  httpGet: z.strictObject({
    path: z.string(),
    port: z.string(),
    httpHeaders: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  }),
});
const Amounts = z.looseObject({ memory: z.string(), 'ephemeral-storage': z.string() });
const Resources = z.strictObject({ requests: Amounts, limits: Amounts });
const Container = z.looseObject({
  image: z.string(),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })),
  env: z
    .array(z.union([PodName, Variable]))
    .transform((all) => all.filter((each): each is Variable => !PodName.safeParse(each).success)),
  volumeMounts: z
    .array(
      z.strictObject({
        name: z.string(),
        mountPath: z.string(),
        subPathExpr: z.literal('$(POD_NAME)').optional(),
        readOnly: z.literal(true).optional(),
      }),
    )
    .default([]),
  readinessProbe: Probe,
  livenessProbe: Probe,
  resources: Resources,
});
export const Workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet']),
  spec: z.looseObject({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.object({ app: z.string() }) }),
    template: z.object({
      metadata: z.object({ labels: z.object({ app: z.string() }) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }),
        containers: z.tuple([Container]),
        volumes: z
          .array(
            z.looseObject({
              name: z.string(),
              emptyDir: z.object({ sizeLimit: z.string() }).optional(),
              secret: z.object({ secretName: z.string() }).optional(),
            }),
          )
          .default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
export const Job = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            command: z.tuple([z.literal('node'), z.string()]),
            resources: Resources,
          }),
        ]),
      }),
    }),
  }),
});
export const Resource = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

const Port = z.strictObject({ protocol: z.enum(['TCP', 'UDP']), port: z.number() });
const Rule = z.strictObject({ to: z.array(z.looseObject({})).optional(), ports: z.array(Port).min(1) });
export const NetworkPolicy = z.strictObject({
  podSelector: z.union([
    z.strictObject({ matchLabels: z.strictObject({ app: z.string() }) }),
    z.strictObject({
      matchExpressions: z.tuple([
        z.strictObject({ key: z.literal('app'), operator: z.literal('In'), values: z.array(z.string()) }),
      ]),
    }),
  ]),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  ingress: z.array(Rule).default([]),
  egress: z.array(Rule).default([]),
});

export const Ingress = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    rules: z.tuple([
      z.strictObject({
        host: z.string(),
        http: z.strictObject({
          paths: z.array(
            z.strictObject({
              path: z.string().startsWith('/'),
              pathType: z.enum(['Exact', 'Prefix']),
              backend: z.strictObject({
                service: z.strictObject({ name: z.string(), port: z.strictObject({ name: z.string() }) }),
              }),
            }),
          ),
        }),
      }),
    ]),
  }),
});
