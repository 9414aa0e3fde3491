const { lendPostgres } = require('./lent-postgres');

module.exports = lendPostgres;
