/*
 * Browsers, servers and children on a machine shared with others miss a moment now and then. A test
 * that fails runs once more; the first failure is logged, and the run's end names the test.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
