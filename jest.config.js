module.exports = {
  projects: ['<rootDir>/{apps,libs,tools}/**/jest.config.cjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
