const { takePostgresBack } = require('./lent-postgres');

module.exports = takePostgresBack;
