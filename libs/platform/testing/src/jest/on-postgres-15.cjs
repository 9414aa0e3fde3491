// Set for each spec of the Jest project "Postgres 15", before it asks for a database.
process.env.SYN_TEST_POSTGRES_BINARIES = '/usr/lib/postgresql/15/bin';
