import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useApp } from '../app/app.ts';

/** Says why a picture cannot be shown, for those too who do not see what stands in its place. */
export function MissingPhoto({ src }: { src: string }): JSX.Element | null {
  const { api } = useApp();
  const [missing, setMissing] = useState<{ src: string; why: string } | null>(null);
  useEffect(() => {
    void api.whyMissing(src).then((why) => {
      if (why !== null) setMissing({ src, why });
    });
  }, [src]);
  if (missing?.src !== src) return null;
  return (
    <p class="photo-problem" role="status">
      This photo cannot be shown: {missing.why}. What is known of its faces stays.
    </p>
  );
}
