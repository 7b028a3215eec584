/** How far the clocks of workers may be apart. */
const CLOCK_MARGIN_MILLIS = 60_000;

/**
 * A lease that ends after this is of a clock that was ahead, and no reason to wait. Takes the end of
 * the lease that is wanted now; milliseconds since 1970, as the answer.
 */
export function latestLeaseEnd(untilMillis: number): number {
  return untilMillis + CLOCK_MARGIN_MILLIS;
}
