module.exports = {
  preset: '../../jest.preset.js',
  displayName: 'chaos',
  setupFilesAfterEnv: ['<rootDir>/test-timeout.ts'],
};
