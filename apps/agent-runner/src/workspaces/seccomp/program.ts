import { JUDGED, NEWEST, REFUSED } from './calls';

const ARCHITECTURES = {
  x64: { audit: 0xc000_003e, column: 0 },
  arm64: { audit: 0xc000_00b7, column: 1 },
} as const;

/** Classic BPF: operation codes, and the offsets of `struct seccomp_data`. */
const [LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN] = [0x20, 0x15, 0x35, 0x45, 0x06];
const [CALL, ARCHITECTURE] = [0, 4];
const argument = (index: number) => 16 + 8 * index;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const refuse = (errno: number) => 0x0005_0000 | errno;
const NOT_PERMITTED = refuse(1);
const NOT_IMPLEMENTED = refuse(38);
const FAMILY_NOT_SUPPORTED = refuse(97);

const FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
const NETLINK_ROUTE = 0;
/** CLONE_NEW*: cgroup, ipc, mount, network, pid, user and uts. Only `unshare` has CLONE_NEWTIME, a signal's bit in `clone`. */
const NAMESPACES = 0x7e02_0000;
const NEW_TIME = 0x80;
/** TIOCSTI and TIOCLINUX write to the input of a terminal. */
const TERMINAL_INPUT = [0x5412, 0x541c];
/** Linux, 32-bit Linux, each also with the old layout of addresses, and the query. */
const PERSONALITIES = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];

const load = (offset: number): Instruction => [LOAD, 0, 0, offset];
const end = (action: number): Instruction => [RETURN, 0, 0, action];
/** Executes the block, which must end, when the condition holds. */
const when = (condition: number, value: number, block: readonly Instruction[]): Instruction[] => [
  [condition, 0, block.length, value],
  ...block,
];

/**
 * The filter of an agent's system calls, in the form that `bwrap --seccomp` reads: `struct sock_filter[]`, little-endian.
 * Calls of another architecture (32-bit programs) end the process; calls newer than the table, and those of the x32
 * interface, are answered as if the kernel lacked them.
 * @throws Error on other architectures
 */
export function seccompProgram(architecture: string): Buffer {
  if (architecture !== 'x64' && architecture !== 'arm64') {
    throw new Error(`there is no filter of system calls for ${architecture}`);
  }
  const { audit, column } = ARCHITECTURES[architecture];
  const refused = Object.values(REFUSED).flatMap(({ [column]: number }) => number ?? []);
  return encode([
    load(ARCHITECTURE),
    [IF_EQUAL, 1, 0, audit],
    end(KILL_PROCESS),
    load(CALL),
    ...when(IF_AT_LEAST, NEWEST + 1, [end(NOT_IMPLEMENTED)]),
    ...refused.flatMap((number) => when(IF_EQUAL, number, [end(NOT_PERMITTED)])),
    ...judged(column),
    end(ALLOW),
  ]);
}

function judged(column: 0 | 1): Instruction[] {
  const call = (name: keyof typeof JUDGED, block: readonly Instruction[]) =>
    when(IF_EQUAL, JUDGED[name][column], block);
  return [
    ...call('socket', socket()),
    ...call('clone', [load(argument(0)), ...when(IF_ANY_BIT, NAMESPACES, [end(NOT_PERMITTED)]), end(ALLOW)]),
    ...call('unshare', [
      load(argument(0)),
      ...when(IF_ANY_BIT, NAMESPACES | NEW_TIME, [end(NOT_PERMITTED)]),
      end(ALLOW),
    ]),
    // Its flags are in memory, out of a filter's sight: libraries fall back to `clone`.
    ...call('clone3', [end(NOT_IMPLEMENTED)]),
    ...call('ioctl', [load(argument(1)), ...oneOf(TERMINAL_INPUT, NOT_PERMITTED), end(ALLOW)]),
    ...call('personality', [load(argument(0)), ...oneOf(PERSONALITIES, ALLOW), end(NOT_PERMITTED)]),
  ];
}

/** Local and internet sockets, and the part of netlink that lists network interfaces. */
function socket(): Instruction[] {
  const { unix, inet, inet6, netlink } = FAMILIES;
  return [
    load(argument(0)),
    ...oneOf([unix, inet, inet6], ALLOW),
    ...when(IF_EQUAL, netlink, [load(argument(2)), ...oneOf([NETLINK_ROUTE], ALLOW), end(FAMILY_NOT_SUPPORTED)]),
    end(FAMILY_NOT_SUPPORTED),
  ];
}

const oneOf = (values: readonly number[], action: number) =>
  values.flatMap((value) => when(IF_EQUAL, value, [end(action)]));

function encode(instructions: readonly Instruction[]): Buffer {
  const SIZE = 8;
  const bytes = Buffer.alloc(instructions.length * SIZE);
  for (const [index, [code, whenTrue, whenFalse, value]] of instructions.entries()) {
    const at = index * SIZE;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(whenTrue, at + 2);
    bytes.writeUInt8(whenFalse, at + 3);
    bytes.writeUInt32LE(value, at + 4);
  }
  return bytes;
}
