module.exports = { preset: '../../jest.preset.js', displayName: 'projection-worker' };
