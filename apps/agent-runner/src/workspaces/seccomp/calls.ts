/** A system call's number on x86_64 and on aarch64; null where the architecture lacks it. */
type Numbers = readonly [x64: number | null, arm64: number | null];

/** Calls that no agent needs. Without capabilities most would fail; the filter keeps their code out of reach. */
export const REFUSED: Readonly<Record<string, Numbers>> = {
  // Keys of the runner's session, user and machine.
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  // Interfaces whose faults have most often given away the kernel.
  bpf: [321, 280],
  fanotify_init: [300, 262],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  // Code of the kernel itself.
  create_module: [174, null],
  delete_module: [176, 106],
  finit_module: [313, 273],
  get_kernel_syms: [177, null],
  init_module: [175, 105],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  query_module: [178, null],
  // The view of the filesystem, and files without a path.
  chroot: [161, 51],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  pivot_root: [155, 41],
  setns: [308, 268],
  umount2: [166, 39],
  // The machine's state, devices and clocks.
  acct: [163, 89],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  ioperm: [173, null],
  iopl: [172, null],
  lookup_dcookie: [212, 18],
  nfsservctl: [180, 42],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  settimeofday: [164, 170],
  swapoff: [168, 225],
  swapon: [167, 224],
  syslog: [103, 116],
  vhangup: [153, 58],
  // The placement of memory on the machine's nodes.
  get_mempolicy: [239, 236],
  mbind: [237, 235],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
  set_mempolicy: [238, 237],
  set_mempolicy_home_node: [450, 450],
  // Obsolete calls.
  _sysctl: [156, null],
  modify_ldt: [154, null],
  sysfs: [139, null],
  uselib: [134, null],
  ustat: [136, null],
};

/** Calls that are judged by their arguments. */
export const JUDGED = {
  clone: [56, 220],
  clone3: [435, 435],
  ioctl: [16, 29],
  personality: [135, 92],
  socket: [41, 198],
  unshare: [272, 97],
} as const;

/** The newest call in this table, the same on both architectures: the kernel may have later ones (Linux 6.13: removexattrat). */
export const NEWEST = 466;
