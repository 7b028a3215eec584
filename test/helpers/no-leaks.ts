/** A test file that leaves a socket, server, pipe or child process open fails. */
const LEAKY = new Set(['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'FSEventWrap']);

function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => LEAKY.has(name));
}

const before = openHandles();

afterAll(async () => {
  for (let waited = 0; waited < 50 && openHandles().length > before.length; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const after = openHandles();
  if (after.length > before.length) {
    throw new Error(`leaked handles: ${String(before)} before the tests, ${String(after)} after`);
  }
});
