module.exports = {
  projects: ['<rootDir>/{apps,libs,tools}/**/jest.config.cjs'],
  testTimeout: 120_000,
  maxWorkers: 2,
};
