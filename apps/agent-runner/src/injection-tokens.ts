/** `readonly Backend[]`: the kinds of workspace that the configuration allows. */
export const BACKENDS = Symbol('workspace backends');

/** `readonly Provider[]`: the kinds of agent that the configuration allows. */
export const PROVIDERS = Symbol('agent providers');

/** `AgentPrograms`: the programs of agents that this machine has. */
export const AGENT_PROGRAMS = Symbol('agent programs');

/** `ObjectStorage`: the directory or bucket for artifacts and transcripts. */
export const OBJECT_STORAGE = Symbol('object storage');

/** `RunnerSettings` */
export const SETTINGS = Symbol('runner settings');

/** `LeaseTiming` */
export const LEASE_TIMING = Symbol('lease timing');

/** `WorkerProgram`: the program of the thread that parses output. */
export const PARSER_WORKER = Symbol('parser worker');
