const { startSharedPostgres } = require('./shared-postgres');

module.exports = startSharedPostgres;
