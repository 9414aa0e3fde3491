/** Outages and leases take their time; what takes longer than this is stuck. */
jest.setTimeout(180_000);
