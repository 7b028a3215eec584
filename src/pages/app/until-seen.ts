/** Resolves once the tab is looked at: at once when it is, and when `signal` ends the waiting. */
export function untilSeen(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible' || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const seen = new AbortController();
    const look = (): void => {
      if (document.visibilityState === 'hidden' && !signal.aborted) return;
      seen.abort();
      resolve();
    };
    document.addEventListener('visibilitychange', look, { signal: seen.signal });
    signal.addEventListener('abort', look, { signal: seen.signal });
  });
}
