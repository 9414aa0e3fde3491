module.exports = { preset: '../../../jest.preset.js', displayName: 'orchestration-contracts' };
