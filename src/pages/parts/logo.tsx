import type { JSX } from 'preact';

/** A face, in the frame that finds it. */
export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" />
      <circle cx="16" cy="12.6" r="5" />
      <path d="M6.4 26.2c.9-4.9 4.7-7.4 9.6-7.4s8.7 2.5 9.6 7.4" />
    </svg>
  );
}
