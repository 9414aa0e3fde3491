// Specs on real servers share two cores with everything else: in CI one that fails is tried again, and what it said is shown.
// Elsewhere it fails at once, so that whoever writes it sees that it waits for a time and not for a fact.
if (process.env.CI) jest.retryTimes(2, { logErrorsBeforeRetry: true });
