module.exports = require('./lent-postgres').lendPostgres;
