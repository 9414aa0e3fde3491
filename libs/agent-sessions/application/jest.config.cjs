module.exports = { preset: '../../../jest.preset.js', displayName: 'agent-sessions-application' };
