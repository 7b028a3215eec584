/** Ends a run with the line `N passed, N failed` alone, which CI and scripts read. */
class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failedSuites = results.testResults.filter(
      (suite) => suite.testExecError && suite.numFailingTests === 0,
    ).length;
    process.stderr.write('');
    process.stdout.write(
      `${results.numPassedTests} passed, ${results.numFailedTests + failedSuites} failed\n`,
    );
  }
}

module.exports = SummaryReporter;
