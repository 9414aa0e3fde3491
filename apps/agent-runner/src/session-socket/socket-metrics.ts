import { Counter } from 'prom-client';

/** Requests and connections of agents that the session sockets have ended. */
export const socketFaults = new Counter({
  name: 'runner_session_socket_faults_total',
  help: 'Requests and connections of agents that their session socket has ended, by reason',
  labelNames: ['reason'],
});

export const modelCalls = new Counter({
  name: 'runner_model_calls_total',
  help: 'Model calls of agents, by upstream and outcome',
  labelNames: ['upstream', 'outcome'],
});

export const egressConnections = new Counter({
  name: 'runner_egress_connections_total',
  help: 'Connections that agents have asked for, by outcome',
  labelNames: ['outcome'],
});

export const egressBytes = new Counter({
  name: 'runner_egress_bytes_total',
  help: 'Bytes of connections that agents have asked for, by direction',
  labelNames: ['direction'],
});
