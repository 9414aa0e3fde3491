import { JUDGED, NEWEST, REFUSED } from './calls';
import { seccompProgram } from './program';

interface Call {
  readonly architecture: number;
  readonly number: number;
  readonly args?: readonly number[];
}

const MACHINES = [
  { name: 'x64', column: 0, audit: 0xc000003e, foreign: 0x40000003 },
  { name: 'arm64', column: 1, audit: 0xc00000b7, foreign: 0x40000028 },
] as const;

describe.each(MACHINES)('the filter of system calls on $name', ({ name, column, audit, foreign }) => {
  const judge = (number: number, ...args: number[]) =>
    execute(seccompProgram(name), { architecture: audit, number, args });

  it('ends processes that use the calls of another architecture', () => {
    expect(execute(seccompProgram(name), { architecture: foreign, number: 1 })).toBe('kill');
  });

  it('answers calls newer than its table, and those of x32, as if they did not exist', () => {
    expect([NEWEST + 1, 0x4000_0000 + 1, 0xffff_ffff].map((number) => judge(number))).toEqual([
      'errno 38',
      'errno 38',
      'errno 38',
    ]);
    expect(judge(NEWEST)).toBe('allow');
  });

  it('refuses every call of its table', () => {
    const numbers = Object.values(REFUSED).flatMap((call) => call[column] ?? []);

    expect(numbers.map((number) => judge(number))).toEqual(numbers.map(() => 'errno 1'));
  });

  it('allows local and internet sockets and the list of interfaces, and no other family', () => {
    const socket = (family: number, protocol = 0) => judge(JUDGED.socket[column], family, 1, protocol);

    expect([1, 2, 10, 16].map((family) => socket(family))).toEqual(['allow', 'allow', 'allow', 'allow']);
    const [KEY, PACKET, ALG, VSOCK, XDP] = [15, 17, 38, 40, 44];
    expect([KEY, PACKET, ALG, VSOCK, XDP].map((family) => socket(family))).toEqual(Array(5).fill('errno 97'));
    expect(socket(16, 12)).toBe('errno 97');
  });

  it('allows threads and processes, and no new namespace', () => {
    const [THREAD, FORK, USER, NETWORK, TIME] = [0x3d0f00, 0x1200011, 0x1000_0000, 0x4000_0000, 0x80];
    const { clone, clone3, unshare } = JUDGED;

    expect([THREAD, FORK].map((flags) => judge(clone[column], flags))).toEqual(['allow', 'allow']);
    expect([USER | 17, NETWORK].map((flags) => judge(clone[column], flags))).toEqual(['errno 1', 'errno 1']);
    expect([USER, TIME, 0].map((flags) => judge(unshare[column], flags))).toEqual(['errno 1', 'errno 1', 'allow']);
    expect(judge(clone3[column])).toBe('errno 38');
  });

  it('allows terminals, and no input to them by program', () => {
    const [WINDOW_SIZE, INJECT] = [0x5413, 0x5412];

    expect([WINDOW_SIZE, INJECT].map((request) => judge(JUDGED.ioctl[column], 1, request))).toEqual([
      'allow',
      'errno 1',
    ]);
  });

  it('allows the usual personalities alone', () => {
    expect([0, 0xffff_ffff, 0x40_0000].map((value) => judge(JUDGED.personality[column], value))).toEqual([
      'allow',
      'allow',
      'errno 1',
    ]);
  });
});

it('there is no filter for other architectures', () => {
  expect(() => seccompProgram('s390x')).toThrow('no filter of system calls for s390x');
});

/** The kernel's interpretation of the program, for the operations that it has. */
function execute(program: Buffer, { architecture, number, args = [] }: Call): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(architecture, 4);
  args.forEach((value, index) => data.writeUInt32LE(value, 16 + 8 * index));

  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [code, value] = [program.readUInt16LE(at), program.readUInt32LE(at + 4)];
    const jump = (holds: boolean) => program.readUInt8(holds ? at + 2 : at + 3) * 8;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x06) return actionOf(value);
    else if (code === 0x15) at += jump(accumulator === value);
    else if (code === 0x35) at += jump(accumulator >= value);
    else if (code === 0x45) at += jump((accumulator & value) !== 0);
    else throw new Error(`unknown operation ${code}`);
  }
  throw new Error('the program does not end');
}

function actionOf(value: number): string {
  if (value === 0x7fff_0000) return 'allow';
  if (value === 0x8000_0000) return 'kill';
  return `errno ${value & 0xffff}`;
}
