import { program } from '../providers/program';
import { FORWARDER_URL, type Plan } from '../providers/provider';

type Forwarding = Readonly<{
  /** Variables of the agent whose values name the forwarder. */
  variables: Readonly<Record<string, string>>;
  /** True for an agent that may connect to other hosts. */
  isProxy: boolean;
  placeholder: string;
  signals: Readonly<Record<string, number>>;
}>;

/** The numbers that shells add to 128 for a program that a signal has ended. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 };

/** The plan with a forwarder as the agent's parent: it copies connections of its own port on loopback to the session socket. */
export function withForwarder(plan: Plan, socket: string, isProxy: boolean): Plan {
  const named = Object.entries(plan.env).flatMap(([name, value]) =>
    typeof value === 'string' && value.includes(FORWARDER_URL) ? [[name, value] as const] : [],
  );
  const forwarding = { variables: Object.fromEntries(named), isProxy, placeholder: FORWARDER_URL, signals: SIGNALS };
  return { ...plan, argv: program<Forwarding>(forward, forwarding, { hostFile: socket }, ...plan.argv) };
}

/** Runs in the workspace as source text: nothing else of this file is available there. */
async function forward({ variables, isProxy, placeholder, signals }: Forwarding): Promise<void> {
  const { connect, createServer } = process.getBuiltinModule('node:net');
  const { spawn } = process.getBuiltinModule('node:child_process');
  const [, socket = '', ...agent] = process.argv;

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const runner = connect({ path: socket, allowHalfOpen: true });
    const end = () => {
      client.destroy();
      runner.destroy();
    };
    client.on('error', end).on('close', end).pipe(runner);
    runner.on('error', end).on('close', end).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  const proxy = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => `${name}=${url}`);
  const direct = ['NO_PROXY', 'no_proxy'].map((name) => `${name}=localhost,127.0.0.1,::1,runner`);
  const named = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const words = [...(isProxy ? [...proxy, ...direct] : []), ...named, ...agent];

  // Signals go to the whole process group: the agent handles its own, and decides when both end.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  const resolved = words.map((word) => word.replaceAll(placeholder, url));
  const child = spawn('env', resolved, { stdio: 'inherit' });
  child.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(127);
  });
  child.once('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + (signals[signal] ?? 0));
  });
}
