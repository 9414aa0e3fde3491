import type { RunnerConfig } from './agent-runner.variables';
import { ModelGateway } from './model-gateway/model-gateway';
import { upstreamsOf, type Upstream, type Upstreams } from './model-gateway/upstreams';
import { upstreamsIn } from './model-gateway/upstreams-file';
import { blockList, HostList, SessionSockets } from './session-socket';

/** The sockets of a runner's sessions, with the model providers and hosts of its configuration. @throws for a faulty file of providers */
export function sessionSocketsOf(config: RunnerConfig): SessionSockets {
  const file = config.MODEL_UPSTREAMS_FILE;
  const upstreams = byName([...upstreamsOf(config), ...(file === undefined ? [] : upstreamsIn(file))]);
  const hosts = new HostList(config.EGRESS_ALLOWED_HOSTS);
  return new SessionSockets(new ModelGateway(upstreams), {
    hosts,
    privateNetworks: blockList(config.EGRESS_PRIVATE_NETWORKS),
  });
}

function byName(upstreams: readonly Upstream[]): Upstreams {
  const names = new Map(upstreams.map((upstream) => [upstream.name, upstream]));
  if (names.size === upstreams.length) return names;
  throw new Error('two model providers have the same name: a file cannot repeat one that variables configure');
}
