// Setup file of the projects whose specs also run on the oldest supported Postgres.
process.env.SYN_TEST_POSTGRES_BINARIES = '/usr/lib/postgresql/15/bin';
