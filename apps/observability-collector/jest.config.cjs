module.exports = { preset: '../../jest.preset.js', displayName: 'observability-collector' };
