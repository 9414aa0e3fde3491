module.exports = { preset: '../../jest.preset.js', displayName: 'architecture', testTimeout: 120_000 };
