module.exports = { preset: '../../../jest.preset.js', displayName: 'artifacts-contracts' };
