/** Outages and leases take their time; a test that takes longer than this hangs. */
jest.setTimeout(180_000);
