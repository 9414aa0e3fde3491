// For every spec of a project that tests on the oldest Postgres that is promised.
process.env.SYN_TEST_POSTGRES_BINARIES = '/usr/lib/postgresql/15/bin';
