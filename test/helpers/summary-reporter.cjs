const { writeSync } = require('node:fs');

/** Ends a run with the line `N passed, N failed` alone, which CI and scripts read. */
class SummaryReporter {
  onRunComplete(_contexts, results) {
    const brokenFiles = results.testResults.filter(
      (file) => file.testExecError && file.numFailingTests === 0,
    ).length;
    const failed = results.numFailedTests + brokenFiles;
    // Jest's own summary comes after all reporters; ours is to be the last line.
    process.once('exit', () => {
      writeSync(1, `${results.numPassedTests} passed, ${failed} failed\n`);
    });
  }
}

module.exports = SummaryReporter;
