module.exports = require('./lent-postgres').takePostgresBack;
