import { atMost, rounded, stated, type Figure, type Figures } from '../figure';
import { withPlatform, type Platform } from '../platform';
import { cpuDuring, listedCpu, perSession, type CpuByPart } from '../platform-cpu';
import { deliveriesDuring, type Deliveries } from './domain-deliveries';
import { executionLoad } from './execution-load';
import { COMMAND, SIMULATED } from './workflows';

const EXECUTIONS = 100;
const WARM_UP = 4;

/** Executions through log, bus and read models: deliveries per event, CPU of the servers, executions per second. */
export async function pipelineSuite(print: (line: string) => void): Promise<Figures> {
  return withPlatform(async (platform) => {
    await platform.createWorkflow(SIMULATED.yaml);
    await platform.createWorkflow(COMMAND.yaml);
    await executionLoad(platform, SIMULATED, WARM_UP);

    const simulated = await measured(platform);
    print(`CPU ms per session: ${listedCpu(simulated.cpuPerSession)}`);
    return {
      deliveries_per_event: deliveriesFigure(simulated.deliveries),
      nats_cpu_ms_per_session: cpuFigure(simulated.cpuPerSession.get('nats'), 25),
      postgres_cpu_ms_per_session: cpuFigure(simulated.cpuPerSession.get('postgres'), 30),
      executions_per_second: rateFigure(simulated.executionsPerSecond),
      executions_per_second_command: rateFigure(await executionLoad(platform, COMMAND, EXECUTIONS)),
    };
  });
}

type Measured = Readonly<{
  executionsPerSecond: number;
  deliveries: Deliveries;
  cpuPerSession: CpuByPart;
}>;

async function measured(platform: Platform): Promise<Measured> {
  let executionsPerSecond = NaN;
  let deliveries: Deliveries = { events: NaN, byService: new Map() };
  const { parts } = await cpuDuring(platform, async () => {
    deliveries = await deliveriesDuring(platform.processes.servers.nats.url, async () => {
      executionsPerSecond = await executionLoad(platform, SIMULATED, EXECUTIONS);
    });
  });
  return { executionsPerSecond, deliveries, cpuPerSession: perSession(parts, EXECUTIONS * SIMULATED.phases) };
}

function deliveriesFigure({ events, byService }: Deliveries): Figure {
  const perEvent = [...byService].map(([service, delivered]) => [service, delivered / events] as const);
  const value = perEvent.reduce((sum, [, deliveries]) => sum + deliveries, 0);
  const readers = Object.fromEntries(perEvent.map(([service, deliveries]) => [service, rounded(deliveries)]));
  return { ...atMost({ value, unit: 'deliveries', target: 2 }), readers };
}

const cpuFigure = (value = NaN, target: number): Figure => atMost({ value, unit: 'ms', target });

const rateFigure = (value: number): Figure => stated({ value, unit: 'executions/s' });
