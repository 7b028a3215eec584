const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

/** `node -r` this file runs our TypeScript in a child process of a test, without a build before. */
require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  module._compile(code, filename);
};
