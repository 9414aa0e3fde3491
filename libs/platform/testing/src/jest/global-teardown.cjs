const { stopSharedPostgres } = require('./shared-postgres');

module.exports = stopSharedPostgres;
