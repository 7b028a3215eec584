import { useRef } from 'preact/hooks';

/** The last value from before it was held: what is read while somebody decides is not what they saw. */
export function useHeld<T>(value: T, isHeld: boolean): T {
  const held = useRef(value);
  if (!isHeld) held.current = value;
  return held.current;
}
