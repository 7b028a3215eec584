const { writeSync } = require('node:fs');

/**
 * Ends a run with the line `N passed, N failed` alone, which CI and scripts read; before it, the tests
 * that passed only when they ran once more.
 */
class SummaryReporter {
  onRunComplete(_contexts, results) {
    const brokenFiles = results.testResults.filter(
      (file) => file.testExecError && file.numFailingTests === 0,
    ).length;
    const failed = results.numFailedTests + brokenFiles;
    const late = results.testResults
      .flatMap((file) => file.testResults)
      .filter(({ status, invocations }) => status === 'passed' && invocations > 1)
      .map(({ fullName }) => `passed at the second try only: ${fullName}\n`);
    // Jest's own summary comes after all reporters; ours is to be the last line.
    process.once('exit', () => {
      writeSync(1, `${late.join('')}${results.numPassedTests} passed, ${failed} failed\n`);
    });
  }
}

module.exports = SummaryReporter;
